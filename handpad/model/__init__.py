"""The base model: its folder, what runs it, and the models that can be chosen."""
