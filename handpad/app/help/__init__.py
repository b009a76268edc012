"""What the window says about itself: how to begin, all keys, version and licences."""
