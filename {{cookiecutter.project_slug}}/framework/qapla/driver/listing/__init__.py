"""Listings: orders, pages and their cursors, plain rows."""
