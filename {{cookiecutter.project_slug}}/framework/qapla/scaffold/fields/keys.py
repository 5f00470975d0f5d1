"""Foreign keys to the id of a row."""

from dataclasses import dataclass

from qapla.scaffold.names.rules import LONGEST_IDENTIFIER


@dataclass(frozen=True)
class Key:
    """A foreign key.

    Args:
        table: The table that has it.
        column: Its column.
        target: The table that it refers to.
        on_delete: The action when the row that is referred to is deleted.
    """

    table: str
    column: str
    target: str
    on_delete: str

    @property
    def name(self) -> str:
        """The name of the constraint: that of the naming convention, or a shorter one."""
        return self._conventional if self._is_conventional else f"fk_{self.table}_{self.column}"

    @property
    def source(self) -> str:
        """The key as Python source in a model."""
        name = "" if self._is_conventional else f', name="{self.name}"'
        return f'ForeignKey("{self.target}.id"{name}, ondelete="{self.on_delete}")'

    @property
    def _conventional(self) -> str:
        return f"fk_{self.table}_{self.column}_{self.target}"

    @property
    def _is_conventional(self) -> bool:
        return len(self._conventional) <= LONGEST_IDENTIFIER
