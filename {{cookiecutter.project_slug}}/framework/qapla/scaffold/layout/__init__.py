"""The layout of Python source: long lines are broken, and imports merged and sorted."""
