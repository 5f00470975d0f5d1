"""Additions to a project: a database, a model, an outbox, tokens."""
