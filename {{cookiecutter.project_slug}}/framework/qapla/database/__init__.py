"""Databases: their settings, engines, sessions and migrations, and the doors to them."""
