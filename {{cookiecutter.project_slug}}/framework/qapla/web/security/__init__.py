"""Security: bearer tokens, Pyramid's security policy of them and their command; hosts and origins."""
