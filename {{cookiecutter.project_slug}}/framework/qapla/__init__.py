"""The framework: applications, databases, sessions, drivers, migrations and test fixtures."""
