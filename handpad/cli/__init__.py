"""The commands of ``handpad`` that need no window."""
