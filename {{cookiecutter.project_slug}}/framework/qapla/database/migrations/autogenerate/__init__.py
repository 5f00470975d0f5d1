"""Additions to Alembic's autogenerate: enums, server defaults, types of the project."""
