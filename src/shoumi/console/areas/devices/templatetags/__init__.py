"""Words in templates of this room."""
