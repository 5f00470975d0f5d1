"""Engines: URLs and options, from the settings to connections that listeners watch."""
