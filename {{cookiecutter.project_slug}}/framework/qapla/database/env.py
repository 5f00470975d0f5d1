"""Door to the Alembic environment, for `migrations/<name>/env.py`."""

from qapla.database.migrations.env import AlembicEnv

__all__ = ["AlembicEnv"]
