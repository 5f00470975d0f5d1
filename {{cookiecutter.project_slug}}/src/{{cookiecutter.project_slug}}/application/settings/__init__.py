"""The settings, in layers: `default`, `.env`, the environment and, for tests, `tests`."""
