"""The embedded PostgreSQL server of development and tests.

Every process of a project shares the server of its data directory: the first starts it, by a
supervisor that stops it when the last has ended, however it ended.
"""

from qapla.embedded.client import SETTING, connection_query

__all__ = ["SETTING", "connection_query"]
