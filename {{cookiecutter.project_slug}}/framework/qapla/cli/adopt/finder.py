"""The models of tables and their relationships, as sqlacodegen finds them.

Source: sqlacodegen, "Customizing code generation logic".
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlacodegen.generators import DeclarativeGenerator
from sqlacodegen.models import Model, ModelClass, RelationshipAttribute
from sqlalchemy import DECIMAL, Connection, MetaData, Numeric
from sqlalchemy.dialects.postgresql import DOMAIN

from qapla.cli.adopt import names

_OPTIONS = ("nojoined", "use_inflect")


class ModelFinder(DeclarativeGenerator):
    """Find the models of tables. Their source text is written elsewhere, in the style of a project.

    Args:
        metadata: The tables.
        connection: A connection to their database.
        known: The names of the classes that tables have already, by the names of the tables.
    """

    def __init__(
        self, metadata: MetaData, connection: Connection, known: Mapping[str, str]
    ) -> None:
        super().__init__(metadata, connection, _OPTIONS)
        self._known = known
        self._classes = set(known.values())
        self._variables: set[str] = set()

    def find(self) -> list[Model]:
        """Return the models, and the tables that have no class, with types that are generic."""
        self.generate_base()
        for table in self.metadata.tables.values():
            for column in table.columns:
                column.type = self.get_adapted_type(column.type)
        return self.generate_models()

    def get_adapted_type(self, coltype: Any) -> Any:
        """Return the type of SQLAlchemy that means the same as one of a dialect, or that type itself."""
        if isinstance(coltype, DOMAIN):
            coltype.data_type = self.get_adapted_type(coltype.data_type)
            return coltype
        adapted = super().get_adapted_type(coltype)
        if type(adapted) is DECIMAL:
            return Numeric(adapted.precision, adapted.scale)
        return adapted

    def generate_model_name(self, model: Model, global_names: set[str]) -> None:
        """Name a class and its attributes, or the variable of a table."""
        if not isinstance(model, ModelClass):
            model.name = names.attribute_name(model.table.name, self._variables)
            self._variables.add(model.name)
            return
        known = self._known.get(model.table.fullname)
        singular = self.inflect_engine.singular_noun
        model.name = known or names.class_name(model.table.name, self._classes, singular)
        self._classes.add(model.name)
        local_names: set[str] = set()
        for column in model.columns:
            self.generate_column_attr_name(column, set(), local_names)
            local_names.add(column.name)
        for relationship in model.relationships:
            self.generate_relationship_name(relationship, set(), local_names)
            local_names.add(relationship.name)

    def generate_relationship_name(
        self,
        relationship: RelationshipAttribute,
        global_names: set[str],
        local_names: set[str],
    ) -> None:
        """Name a relationship: after the column, where the foreign key is one column of the model."""
        key = relationship.constraint
        if (
            key is not None
            and key.table is relationship.source.table is not relationship.target.table
        ):
            (column, *more) = key.columns.keys()
            if not more and column.endswith("_id"):
                relationship.name = names.attribute_name(column.removesuffix("_id"), local_names)
                return
        super().generate_relationship_name(relationship, global_names, local_names)

    def find_free_name(
        self, name: str, global_names: set[str], local_names: Collection[str] = ()
    ) -> str:
        """Return the name of an attribute that hides nothing."""
        return names.attribute_name(name, local_names)
