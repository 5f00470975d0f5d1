"""The settings of the sample on SQLite."""
