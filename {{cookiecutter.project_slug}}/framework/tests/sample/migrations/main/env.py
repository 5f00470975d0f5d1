"""The Alembic environment of main."""

from qapla.database.env import AlembicEnv

from qapla_sample import main
from qapla_sample.databases.main import Model

AlembicEnv(main, Model, "main").run()
