"""The sources of settings: which variable has set one, and which variable is wrong."""

from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NoReturn, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError as UnreadableValue

from qapla.exceptions import SettingsError
from qapla.settings.models import DELIMITER, DatabaseSettings, MetricsSettings, Settings
from qapla.settings.variables import is_of_a_service, project_variables

# The models of the settings that have parts.
_MODELS: Mapping[str, type[BaseModel]] = {"databases": DatabaseSettings, "metrics": MetricsSettings}


class Sources:
    """The variables of a project, in its environment and its `.env`.

    Args:
        prefix: The beginning of the variables' names, for example `ROTARRAN_`.
        env_file: The path of the `.env` file; it may be missing.
    """

    def __init__(self, prefix: str, env_file: Path) -> None:
        self.prefix = prefix
        self.env_file = env_file

    def variable(self, *keys: str) -> str:
        """Return the name of the environment variable of a setting."""
        return self.prefix + DELIMITER.join(keys).upper()

    def source(self, *keys: str) -> str:
        """Return the name of a setting in messages: the variable that sets it, if there is one."""
        variables = {name.upper(): name for name in self._texts()}
        wanted = self.variable(*keys)
        for upper, name in sorted(variables.items()):
            if upper == wanted or upper.startswith(wanted + DELIMITER):
                return f"the variable {name}"
        for length in range(len(keys) - 1, 0, -1):
            if (upper := self.variable(*keys[:length])) in variables:
                return f"the variable {variables[upper]}"
        return f"the setting {'.'.join(keys)}"

    def refuse_unknown(self, settings_class: type[Settings]) -> None:
        """Refuse a variable with the project's prefix that sets nothing.

        Raises:
            SettingsError: A variable is unknown; the text lists the known ones.
        """
        fields = settings_class.model_fields
        for name, value in sorted(self._texts().items()):
            key = name.upper().removeprefix(self.prefix)
            first, *rest = key.lower().split(DELIMITER)
            if first in fields:
                if rest and not _has_parts(fields[first].annotation):
                    raise SettingsError(
                        f"the variable {name} is unknown: {first} is one value, "
                        f"set {self.variable(first)}"
                    )
            elif not is_of_a_service(key, value):
                raise SettingsError(
                    f"the variable {name} is unknown; known: "
                    f"{', '.join(self.variable(field) for field in fields)}"
                )

    def refuse_invalid(self, error: ValidationError) -> NoReturn:
        """Raise the first error of a validation, without the value, which may be a secret.

        Raises:
            SettingsError: Always.
        """
        first = error.errors(include_input=False, include_url=False)[0]
        keys = tuple(str(key) for key in first["loc"])
        text = f"is wrong: {first['msg']}"
        if first["type"] == "extra_forbidden":
            known = _MODELS.get(keys[0], Settings).model_fields
            text = f"is unknown; known: {', '.join(known)}"
        name = self.variable(*keys)
        if is_of_a_service(name.removeprefix(self.prefix), self._texts().get(name)):
            text += (
                "; Kubernetes sets it for the Service of that name: set enableServiceLinks to false "
                "in the pod, or rename the Service"
            )
        # The context of the error may hold the value.
        raise SettingsError(f"{self.source(*keys)} {text}") from None

    def refuse_unreadable(self, error: UnreadableValue) -> NoReturn:
        """Raise the error of a variable that is not JSON.

        Raises:
            SettingsError: Always.
        """
        # The error names only the field, and a field may have several variables.
        text = getattr(error.__cause__, "doc", None)
        wrong = [name for name, value in sorted(self._texts().items()) if value == text]
        where = f"the variable {wrong[0]}" if wrong else "a variable of the environment"
        raise SettingsError(f"{where} is wrong: it is not valid JSON") from None

    def _texts(self) -> dict[str, str | None]:
        return project_variables(self.prefix, self.env_file)


def _has_parts(annotation: Any) -> bool:
    """Whether a field of this type has parts, which variables of their own can set."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(_has_parts(part) for part in get_args(annotation))
    kind = get_origin(annotation) or annotation
    return kind is Any or (isinstance(kind, type) and issubclass(kind, (BaseModel, Mapping)))
