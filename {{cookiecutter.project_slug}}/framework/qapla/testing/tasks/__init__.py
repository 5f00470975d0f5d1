"""The test environment of tasks."""
