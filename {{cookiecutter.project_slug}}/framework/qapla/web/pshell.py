"""The names of `pshell`, whose sessions are those of its request.

Source: Pyramid, "Extending the Shell".
"""

from typing import Any

from qapla.database.registry import Databases
from qapla.exceptions import DatabaseNotFound
from qapla.shell import UnplacedSession, classes_of, namespace


def setup(env: dict[str, Any]) -> None:
    """Add the names of `qapla shell`; for the setting `setup` of the section `pshell`.

    Args:
        env: The names that Pyramid has prepared, with a request.
    """
    registry, request = env["registry"], env["request"]
    databases: Databases = registry["dbs"]
    sessions = {}
    for name in databases:
        try:
            sessions[name] = getattr(request, name)
        except DatabaseNotFound as error:
            sessions[name] = UnplacedSession(str(error))
    env.update(namespace(registry["application"], classes_of(databases.values()), sessions))
