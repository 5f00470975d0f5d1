"""Controllers. They call drivers, never a session."""
