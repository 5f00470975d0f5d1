"""The variables of a project: those of its `.env`, and above them those of the environment."""

import os
import re
from io import StringIO
from ipaddress import ip_address
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from qapla.exceptions import SettingsError

# A byte order mark, as some editors write it, would become part of the first name.
ENCODING = "utf-8-sig"
_PROTOCOL = "(?:TCP|UDP|SCTP)"
_ADDRESS = rf"{_PROTOCOL.lower()}://\S+:\d+"
# How the names of a service's variables end, and the form of their values.
_SERVICE = {
    "PORT": _ADDRESS,
    rf"PORT_\d+_{_PROTOCOL}": _ADDRESS,
    rf"PORT_\d+_{_PROTOCOL}_PROTO": _PROTOCOL.lower(),
    rf"PORT_\d+_{_PROTOCOL}_PORT": r"\d+",
    r"SERVICE_PORT(?:_\w+)?": r"\d+",
}
_SERVICE_HOST = rf"SERVICE_HOST|PORT_\d+_{_PROTOCOL}_ADDR"


def project_variables(prefix: str, env_file: Path) -> dict[str, str | None]:
    """Return the texts of the variables that begin with a prefix, by their names.

    Args:
        prefix: The prefix in upper case, for example `ROTARRAN_`; the case of a name is ignored.
        env_file: The path of the `.env` file; it may be missing.

    Raises:
        SettingsError: The file cannot be read; the text has its path, and no value.
    """
    texts = {**_read_env_file(env_file, prefix), **os.environ}
    return {name: texts[name] for name in texts if name.upper().startswith(prefix)}


def _read_env_file(path: Path, prefix: str) -> dict[str, str | None]:
    try:
        text = path.read_text(ENCODING)
    except FileNotFoundError:
        return {}
    except IsADirectoryError:
        # A container engine makes one where a file that it mounts is missing.
        raise SettingsError(
            f"{path} is a directory: expected a file of lines NAME=value, or nothing"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8: save it in that encoding") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    for line in parse_stream(StringIO(text)):
        # A name alone may mean something to another program.
        is_bare = line.value is None and (line.key or "").upper().startswith(prefix)
        if line.error or is_bare:
            raise SettingsError(
                f"{path}, line {line.original.line}: expected NAME=value, with each quote closed"
            )
    return dotenv_values(stream=StringIO(text))


def is_of_a_service(name: str, value: str | None) -> bool:
    r"""Whether a variable is one that Kubernetes or Docker sets for a service of the same name.

    Its value has to fit too: `ROTARRAN_PORT=6543` is a slip of the keyboard.
    Source: Kubernetes, "Service: Environment variables"; Docker, "Legacy container links".

    Args:
        name: The name of the variable without the project's prefix, in upper case.
        value: Its value.
    """
    forms = (
        form for end, form in _SERVICE.items() if re.fullmatch(rf"(?:\w+_)?{end}", name, re.ASCII)
    )
    if any(re.fullmatch(form, value or "") for form in forms):
        return True
    if not re.fullmatch(rf"(?:\w+_)?(?:{_SERVICE_HOST})", name, re.ASCII):
        return False
    try:
        return bool(ip_address(value or ""))
    except ValueError:
        return False
