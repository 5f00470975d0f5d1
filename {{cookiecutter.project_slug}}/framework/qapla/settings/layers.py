"""Settings in layers: defaults, `.env`, environment and, for tests, the module `tests`.

Source of the layering: pydantic-settings, "Customise settings sources"; every source is merged
into the next one deeply, so that one variable for a database leaves its other settings alone.
"""

import importlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NoReturn,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

from qapla.exceptions import SettingsError
from qapla.settings.variables import ENCODING, is_of_a_service, project_variables

DELIMITER = "__"
Values = dict[str, Any]


class DatabaseSettings(BaseModel):
    """Hold the settings of one database.

    `url` is the database itself, `options` goes to `sqlalchemy.create_engine`, and `default_url`
    is the maintenance database from which `url`'s is created and dropped (derived unless given).
    `reader` tells whether a read driver's queries may run outside of a transaction; by default where
    that changes nothing but the speed, on PostgreSQL without an isolation level of one's own.
    `pooler` names the pooling mode of a pooler between the application and its server.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: SecretStr | None = None
    default_url: SecretStr | None = None
    # What goes to another library may hold a password of its own.
    options: dict[str, Any] = Field(default={}, repr=False)
    reader: bool | None = None
    pooler: Literal["transaction"] | None = None


class Settings(BaseSettings):
    """Hold the settings of an application; a project adds its own as fields of a subclass."""

    model_config = SettingsConfigDict(
        env_nested_delimiter=DELIMITER,
        # What else stands in `.env` belongs to other programs.
        dotenv_filtering="only_existing",
        extra="forbid",
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = "development"
    databases: dict[str, DatabaseSettings] = {}
    paths: dict[str, Path] = {}
    logging: dict[str, Any] = {}
    celery: dict[str, Any] = Field(default={}, repr=False)

    if TYPE_CHECKING:
        # The fields of a project's own subclass, which `application.settings` cannot know.
        def __getattr__(self, name: str) -> Any: ...


S = TypeVar("S", bound=Settings)


class _Values(PydanticBaseSettingsSource):
    """Give values that are in memory already, untouched by the names of the fields."""

    def __init__(self, settings_class: type[BaseSettings], values: Values) -> None:
        super().__init__(settings_class)
        self._values = values

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Give one value, for the interface's sake: `__call__` gives them all."""
        return self._values.get(field_name), field_name, False

    def __call__(self) -> Values:
        return self._values


class Layers:
    """Gather the settings of one application.

    Args:
        package: The dotted name of the package that holds the modules `default` and `tests`.
        prefix: What the environment's variables begin with, for example `ROTARRAN_`.
        env_file: The path of the `.env` file; it may be missing.
    """

    def __init__(self, package: str, prefix: str, env_file: Path) -> None:
        self.package = package
        self.prefix = prefix
        self.env_file = env_file

    def load(self, base: Values, *, tests: bool) -> Settings:
        """Read every layer once and return the merged, checked settings.

        Args:
            base: The values below all layers, such as the paths that the application derives.
            tests: Whether the module `tests` is laid over everything.

        Raises:
            SettingsError: A module, a variable or a value is missing or wrong.
        """
        default = self._module("default")
        settings_class: type[Settings] = getattr(default, "Settings", Settings)
        self._refuse_unknown_variables(settings_class)
        lowest = _merged(base, self._values("default", default))
        highest = self._values("tests", self._module("tests")) if tests else {}
        return self._validated(settings_class, lowest, highest)

    def refuse_unknown_databases(self, settings: Settings, known: Iterable[str]) -> None:
        """Refuse settings of a database that the application does not have.

        Raises:
            SettingsError: A database is unknown; the text lists the known ones.
        """
        names = list(known)
        for name in settings.databases:
            if name not in names:
                raise SettingsError(
                    f"{self.source('databases', name)}: there is no database {name!r}; "
                    f"known: {', '.join(names) or 'none'}"
                )

    def variable(self, *keys: str) -> str:
        """Return the name of the environment variable of a setting."""
        return self.prefix + DELIMITER.join(keys).upper()

    def source(self, *keys: str) -> str:
        """Return how a message names a setting: the variable that sets it, if there is one."""
        variables = self._variables()
        wanted = self.variable(*keys)
        for upper, name in sorted(variables.items()):
            if upper == wanted or upper.startswith(wanted + DELIMITER):
                return f"the variable {name}"
        for length in range(len(keys) - 1, 0, -1):
            if (upper := self.variable(*keys[:length])) in variables:
                return f"the variable {variables[upper]}"
        return f"the setting {'.'.join(keys)}"

    def _module(self, name: str) -> Any:
        dotted = f"{self.package}.{name}"
        try:
            return importlib.import_module(dotted)
        except Exception as error:
            missing = isinstance(error, ModuleNotFoundError) and error.name
            if missing and f"{dotted}.".startswith(f"{missing}."):
                raise SettingsError(
                    f"the settings module {dotted} is missing: write it, with a dict named SETTINGS"
                ) from None
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise SettingsError(
                f"the settings module {dotted} cannot be imported: {reason}"
            ) from error

    def _values(self, name: str, module: Any) -> Values:
        values = getattr(module, "SETTINGS", None)
        if not isinstance(values, dict):
            raise SettingsError(
                f"the settings module {self.package}.{name} has no dict named SETTINGS: "
                "write SETTINGS = {}"
            )
        return values

    def _validated(self, settings_class: type[S], lowest: Values, highest: Values) -> S:
        class Layered(settings_class):  # type: ignore[valid-type, misc]
            @classmethod
            def settings_customise_sources(
                cls,
                settings_cls: type[BaseSettings],
                init_settings: PydanticBaseSettingsSource,
                env_settings: PydanticBaseSettingsSource,
                dotenv_settings: PydanticBaseSettingsSource,
                file_secret_settings: PydanticBaseSettingsSource,
            ) -> tuple[PydanticBaseSettingsSource, ...]:
                return (
                    _Values(settings_cls, highest),
                    _Values(settings_cls, _with_parsed_options(env_settings())),
                    _Values(settings_cls, _with_parsed_options(dotenv_settings())),
                    _Values(settings_cls, lowest),
                )

        Layered.__name__ = settings_class.__name__
        try:
            settings: S = Layered(
                _env_prefix=self.prefix, _env_file=self.env_file, _env_file_encoding=ENCODING
            )
        except UnreadableValue as error:
            self._refuse_unreadable(error)
        except ValidationError as error:
            self._refuse_invalid(error)
        return settings

    def _variables(self) -> dict[str, str]:
        """Return the names of the project's variables that are set, by their upper case."""
        return {name.upper(): name for name in self._texts()}

    def _texts(self) -> dict[str, str | None]:
        return project_variables(self.prefix, self.env_file)

    def _refuse_unknown_variables(self, settings_class: type[Settings]) -> None:
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

    def _refuse_invalid(self, error: ValidationError) -> NoReturn:
        first = error.errors(include_input=False, include_url=False)[0]
        keys = tuple(str(key) for key in first["loc"])
        text = f"is wrong: {first['msg']}"
        if first["type"] == "extra_forbidden":
            known = (
                DatabaseSettings.model_fields if keys[0] == "databases" else Settings.model_fields
            )
            text = f"is unknown; known: {', '.join(known)}"
        name = self.variable(*keys)
        if is_of_a_service(name.removeprefix(self.prefix), self._texts().get(name)):
            text += (
                "; Kubernetes sets it for the Service of that name: set enableServiceLinks to false "
                "in the pod, or rename the Service"
            )
        # The error itself is left out: its context may hold the value, which may be a secret.
        raise SettingsError(f"{self.source(*keys)} {text}") from None

    def _refuse_unreadable(self, error: UnreadableValue) -> NoReturn:
        # The error names only the field, and a field may have several variables.
        text = getattr(error.__cause__, "doc", None)
        wrong = [name for name, value in sorted(self._texts().items()) if value == text]
        where = f"the variable {wrong[0]}" if wrong else "a variable of the environment"
        raise SettingsError(f"{where} is wrong: it is not valid JSON") from None


def _has_parts(annotation: Any) -> bool:
    """Whether a field of this type has parts, which variables of their own can set."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(_has_parts(part) for part in get_args(annotation))
    kind = get_origin(annotation) or annotation
    return kind is Any or (isinstance(kind, type) and issubclass(kind, (BaseModel, Mapping)))


def _with_parsed_options(values: Values) -> Values:
    """Parse what goes to another library as JSON, as the environment holds only text.

    It is the engine options of every database, and the configuration of Celery.
    """
    databases = values.get("databases")
    for database in databases.values() if isinstance(databases, dict) else ():
        options = database.get("options") if isinstance(database, dict) else None
        if isinstance(options, dict):
            database["options"] = _parsed(options)
    if isinstance(values.get("celery"), dict):
        values["celery"] = _parsed(values["celery"])
    return values


def _parsed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _parsed(item) for key, item in value.items()}
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> Values:
    both = dict(lower)
    for key, value in upper.items():
        below = both.get(key)
        nested = isinstance(below, dict) and isinstance(value, dict)
        both[key] = _merged(below, value) if nested else value  # type: ignore[arg-type]
    return both
