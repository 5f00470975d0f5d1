"""Modules that the experiments add to a generated project."""
