"""A run of tests: its databases, and those of one test."""
