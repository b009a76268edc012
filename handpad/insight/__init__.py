"""How well one writer's hand is read, then and now, and what learning has changed: figures, plain words, files."""
