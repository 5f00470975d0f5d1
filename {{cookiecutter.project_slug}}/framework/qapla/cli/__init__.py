"""The commands of a project."""
