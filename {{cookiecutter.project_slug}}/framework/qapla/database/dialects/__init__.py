"""Differences of the engines: servers, errors, and the contents of databases."""
