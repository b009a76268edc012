"""The wizard that trains a base model: its pages, what runs behind them, and what they show."""
