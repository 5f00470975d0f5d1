"""The names of `pshell`, whose sessions are those of its request.

Source: Pyramid, "Extending the Shell".
"""

from contextlib import suppress
from typing import Any

from qapla.database.registry import Databases
from qapla.exceptions import DatabaseNotFound
from qapla.shell import classes_of, namespace


def setup(env: dict[str, Any]) -> None:
    """Add the names of `qapla shell`; for the setting `setup` of the section `pshell`.

    Args:
        env: The names that Pyramid has prepared, with a request.
    """
    registry, request = env["registry"], env["request"]
    databases: Databases = registry["dbs"]
    sessions = {}
    for name in databases:
        # An unmanaged database without a URL has none.
        with suppress(DatabaseNotFound):
            sessions[name] = getattr(request, name)
    env.update(namespace(registry["application"], classes_of(databases.values()), sessions))
