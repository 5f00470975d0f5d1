"""Security: bearer tokens in a database, Pyramid's security policy of them, and their command."""
