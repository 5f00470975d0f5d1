"""Load the settings from their layers: defaults, `.env`, environment and, for tests, `tests`.

Source of the layering: pydantic-settings, "Customise settings sources"; every source is merged
into the next one deeply, so that one variable for a database leaves its other settings alone.
"""

import importlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource
from pydantic_settings import SettingsError as UnreadableValue

from qapla.exceptions import SettingsError
from qapla.settings.models import Settings
from qapla.settings.paths import refuse_misspelt
from qapla.settings.sources import Sources
from qapla.settings.variables import ENCODING

Values = dict[str, Any]
S = TypeVar("S", bound=Settings)


class SettingsLoader(Sources):
    """The layers of one application's settings.

    Args:
        package: The dotted name of the package that holds the modules `default` and `tests`.
        prefix: The beginning of the variables' names, for example `ROTARRAN_`.
        env_file: The path of the `.env` file; it may be missing.
    """

    def __init__(self, package: str, prefix: str, env_file: Path) -> None:
        super().__init__(prefix, env_file)
        self.package = package

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
        self.refuse_unknown(settings_class)
        lowest = [self._values("default", default), base]
        highest = [self._values("tests", self._module("tests"))] if tests else []
        settings = self._validate(settings_class, highest, lowest)
        refuse_misspelt(settings.paths, self.source)
        return settings

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

    def _validate(self, settings_class: type[S], highest: list[Values], lowest: list[Values]) -> S:
        """Return the settings of all layers.

        Args:
            settings_class: The class of the project's settings.
            highest: The layers above the variables, the highest first.
            lowest: The layers below them.
        """

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
                variables = map(_with_parsed_options, (env_settings(), dotenv_settings()))
                layers = (*highest, *variables, *lowest)
                return tuple(InitSettingsSource(settings_cls, values) for values in layers)

        Layered.__name__ = settings_class.__name__
        try:
            settings: S = Layered(
                _env_prefix=self.prefix, _env_file=self.env_file, _env_file_encoding=ENCODING
            )
        except UnreadableValue as error:
            self.refuse_unreadable(error)
        except ValidationError as error:
            self.refuse_invalid(error)
        return settings


def _with_parsed_options(values: Values) -> Values:
    """Parse the options of other libraries as JSON, as the environment holds only text.

    They are the engine options of every database, and the configuration of Celery.
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
