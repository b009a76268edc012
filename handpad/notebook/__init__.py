"""Pages in notebooks: where they lie, what they are called, and finding words in them."""
