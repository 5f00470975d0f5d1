"""Merge a change of rendered code into the code that its user has changed."""
