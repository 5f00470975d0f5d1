"""The source text of relationships between models."""

from collections.abc import Collection, Iterator, Sequence

from sqlacodegen.models import JoinType, ModelClass, RelationshipAttribute, RelationshipType

from qapla.cli.adopt.source.imports import Imports, call

_LISTS = (RelationshipType.ONE_TO_MANY, RelationshipType.MANY_TO_MANY)


def relationship_source(
    relationship: RelationshipAttribute,
    every: Collection[RelationshipAttribute],
    imports: Imports,
    *,
    both_ways: bool,
) -> str:
    """Return the statement that defines a relationship.

    Args:
        relationship: The relationship.
        every: All relationships of the models that are being written.
        imports: The imports of the module.
        both_ways: Whether the other model has the way back.
    """
    imports.add("sqlalchemy.orm", "Mapped")
    target = relationship.target.name
    if relationship.type in _LISTS:
        annotation = f"list[{target!r}]"
    else:
        annotation = repr(f"{target} | None" if _is_optional(relationship) else target)
    keywords = dict(_keywords(relationship, imports))
    if relationship.backref is not None and both_ways:
        keywords = {"back_populates": repr(relationship.backref.name), **keywords}
    if others := sorted(_overlapping(relationship, every)):
        keywords["overlaps"] = repr(",".join(others))
    arguments = [f"{name}={value}" for name, value in keywords.items()]
    made = call(imports.add("sqlalchemy.orm", "relationship"), *arguments)
    return f"{relationship.name}: Mapped[{annotation}] = {made}"


def named_attributes(relationships: Collection[RelationshipAttribute]) -> set[str]:
    """Return the names of the attributes that the relationships of a class refer to."""
    return {
        name
        for relationship in relationships
        if relationship.association_table is None
        for name in (*_foreign_keys(relationship), *_remote_side(relationship))
    }


def _is_optional(relationship: RelationshipAttribute) -> bool:
    """Whether there may be no other row."""
    key = relationship.constraint
    if key is None or not _holds_key(relationship):
        return True
    return any(column.nullable and not column.primary_key for column in key.columns)


def _holds_key(relationship: RelationshipAttribute) -> bool:
    """Whether the foreign key is in the table of the model itself, and not of the other one."""
    key, source = relationship.constraint, relationship.source
    if key is None or relationship.type in _LISTS:
        return False
    if source is not relationship.target:
        return key.table is source.table
    # Of a model with itself, the way back has the columns of the key on the other side. Some of them may
    # be in the primary key too.
    remote = {attribute.column.name for attribute in relationship.remote_side}
    return remote != set(key.columns.keys())


def _keywords(relationship: RelationshipAttribute, imports: Imports) -> Iterator[tuple[str, str]]:
    """Yield the keywords with their source text."""
    key = relationship.constraint
    if relationship.association_table is not None:
        yield "secondary", repr(relationship.association_table.table.fullname)
        for name in ("primaryjoin", "secondaryjoin"):
            if terms := getattr(relationship, name):
                yield name, _join_source(terms, imports)
        return
    if names := _foreign_keys(relationship):
        listed = f"[{', '.join(names)}]"
        yield "foreign_keys", repr(listed) if "." in listed else listed
    if names := _remote_side(relationship):
        yield "remote_side", f"[{', '.join(names)}]"
    if key is not None and key.use_alter:
        # Two new rows may refer to each other.
        yield "post_update", "True"
    if not _holds_key(relationship):
        # The rules of the foreign key alone decide about rows that refer to a deleted one.
        yield "passive_deletes", repr("all")


def _foreign_keys(relationship: RelationshipAttribute) -> list[str]:
    """Return the columns of the foreign key where there are more keys, as the class can name them."""
    return [
        it.name if it.model is relationship.source else f"{it.model.name}.{it.name}"
        for it in relationship.foreign_keys
    ]


def _remote_side(relationship: RelationshipAttribute) -> list[str]:
    """Return the columns of the other row, in a relationship of a model with itself."""
    source, key = relationship.source, relationship.constraint
    if key is None or source is not relationship.target or relationship.association_table:
        return []
    held = _holds_key(relationship)
    columns = [it.column for it in key.elements] if held else list(key.columns)
    return [source.get_column_attribute(column.name).name for column in columns]


def _join_source(terms: Sequence[JoinType], imports: Imports) -> str:
    """Return the condition that joins a model with the table between it and itself."""
    conditions = []
    for model, attribute, table, column in terms:
        assert isinstance(model, ModelClass)  # noqa: S101 (for mypy)
        name = model.get_column_attribute(str(attribute)).name
        conditions.append(f"{model.name}.{name} == {table.name}.c[{str(column)!r}]")
    if len(conditions) == 1:
        return f"lambda: {conditions[0]}"
    return f"lambda: {call(imports.add('sqlalchemy', 'and_'), *conditions)}"


def _overlapping(
    relationship: RelationshipAttribute, every: Collection[RelationshipAttribute]
) -> set[str]:
    """Return the names of relationships by other foreign keys that have a column in common."""
    key = relationship.constraint
    if key is None or relationship.association_table is not None:
        return set()
    return {
        other.name
        for other in every
        if other.association_table is None
        and other.constraint is not None
        and other.constraint is not key
        and set(other.constraint.columns) & set(key.columns)
    }
