"""Migrations: the models that they compare, their lock, and additions to Alembic's autogenerate."""
