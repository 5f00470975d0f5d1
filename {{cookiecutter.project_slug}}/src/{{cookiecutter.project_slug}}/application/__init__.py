"""The application: which plugins are on, and its settings."""
