"""Pyramid: rendering, error responses and the server."""
