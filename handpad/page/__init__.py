"""A page of ink: what is on it, what an edit makes of it, how it is read line by line, and its file."""
