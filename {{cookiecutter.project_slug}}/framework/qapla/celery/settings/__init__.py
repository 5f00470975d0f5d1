"""Celery's configuration, and the validation of its settings."""
