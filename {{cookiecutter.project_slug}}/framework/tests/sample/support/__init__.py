"""Fixtures of the framework's own tests."""
