"""From free ink to characters."""
