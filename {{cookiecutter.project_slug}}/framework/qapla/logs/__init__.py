"""Logging: lines for a terminal or JSON, with the ids of the request and the task."""
