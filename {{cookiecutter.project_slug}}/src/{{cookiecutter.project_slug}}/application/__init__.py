"""The application and its settings."""
