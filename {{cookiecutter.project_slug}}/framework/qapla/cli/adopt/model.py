"""A model that was made from a table, and the source text of its module."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from qapla.scaffold.names.model import ModelName

_MODULE = '''"""The {name} model and its drivers."""

{imports}

from qapla.driver import ReadDriver, WriteDriver

from {package}.databases.{database} import Model
{checked}

{body}


class {name}ReadDriver(ReadDriver[{name}]):
    """Queries for {nouns}."""

    model = {name}


class {name}WriteDriver(WriteDriver[{name}]):
    """Changes to {nouns}."""

    model = {name}
'''


@dataclass(frozen=True)
class AdoptedModel:
    """A model that was made from a table of a database.

    Args:
        name: The name of its class.
        table: The name of its table, with the schema where that is not the default one.
        module: The name of its module.
        imports: The statements that import from other packages.
        body: The source text of the class, after the tables between it and others.
        others: The models that it refers to by name: their modules, by the names of the classes. A
            dotted module is there already; any other one is beside this one.
        tables: The tables of the module, as they are in the database.
        dialect: The name of the dialect of the database.
    """

    name: str
    table: str
    module: str
    imports: tuple[str, ...]
    body: str
    others: Mapping[str, str]
    tables: tuple[Table, ...] = field(repr=False)
    dialect: str

    def source(self, package: str, database: str) -> str:
        """Return the source text of the module, which a formatter has to lay out.

        Args:
            package: The package of the project.
            database: The name of the database; its models are in `<package>.databases.<database>`.
        """
        beside = f"{package}.databases.{database}"
        imports, checked = list(self.imports), ""
        if self.others:
            imports.append("from typing import TYPE_CHECKING")
            lines = [
                f"    from {module if '.' in module else f'{beside}.{module}'} import {name}"
                for name, module in sorted(self.others.items())
            ]
            checked = "\n".join(["", "if TYPE_CHECKING:", *lines, ""])
        return _MODULE.format(
            name=self.name,
            nouns=ModelName(database, self.name).nouns,
            imports="\n".join(imports),
            package=package,
            database=database,
            checked=checked,
            body=self.body,
        )
