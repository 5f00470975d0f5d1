"""Celery for an application: its tasks, their sessions, and messages that no crash loses."""

from qapla.celery.app import CeleryApplication

__all__ = ["CeleryApplication"]
