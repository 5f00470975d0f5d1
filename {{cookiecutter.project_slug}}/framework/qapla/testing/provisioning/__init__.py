"""Test databases: made, migrated and locked."""
