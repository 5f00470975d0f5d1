"""Upserts, and the constraints that they conflict with."""
