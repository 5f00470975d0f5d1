"""Columns, keys, relationships and tables of a model, as the drivers see them."""
