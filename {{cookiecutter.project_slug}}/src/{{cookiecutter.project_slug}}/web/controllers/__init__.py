"""The controllers: they ask drivers, never a session."""
