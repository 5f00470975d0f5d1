"""The Alembic environment of analytics."""

from qapla.database.env import AlembicEnv

from qapla_sample import main
from qapla_sample.databases.analytics import Model

AlembicEnv(main, Model, "analytics").run()
