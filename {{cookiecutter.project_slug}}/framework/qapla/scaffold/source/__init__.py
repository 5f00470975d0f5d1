"""Source code: rendered from blueprints, and changed in files that the user may have changed."""
