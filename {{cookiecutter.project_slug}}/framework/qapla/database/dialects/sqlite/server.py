"""Create, clone and drop a database that is a file."""

import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine.interfaces import DBAPICursor

from qapla.database.dialects.label import DIRTY, Label
from qapla.database.dialects.server import Server
from qapla.exceptions import LockTimeout

_JOURNALS = ("-journal", "-wal", "-shm")
_LABEL = ".label"
_LOCK = ".lock"
# How many seconds a process waits for a lock, as for another one that migrates.
_PATIENCE = 600


class SQLiteServer(Server):
    """The directory of a database that is a file.

    Args:
        path: The path of the file.
    """

    clones = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def for_database(self, name: str) -> "SQLiteServer":
        """Return the server of another file of the directory."""
        return SQLiteServer(self.path.with_name(name + self.path.suffix))

    def share_connection(self, other: Any) -> None:
        """Nothing to do: a file needs no connection."""

    def exists(self) -> bool:
        """Whether the file exists."""
        return self.path.exists()

    @property
    def name(self) -> str:
        """Return the path of the file, of which only the directory may be a link."""
        return str(self.path.parent.resolve() / self.path.name)

    @property
    def drop_by_hand(self) -> str:
        """Return the command that removes the file."""
        return f"rm {shlex.quote(self.name)}"

    def create(self, *, for_tests: bool = False) -> None:
        """Create the file, empty, and the directory that it is in."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if for_tests:
            self.set_label(DIRTY)
        self.path.touch()

    def is_empty(self) -> bool:
        """Whether the file has no tables."""
        try:
            with closing(
                sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
            ) as found:
                return found.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
        except sqlite3.DatabaseError:
            # It is no database, or nobody may read it.
            return False

    def identity(self) -> str:
        """Return the identity of the file, which may have several names."""
        if not self.path.exists():
            return str(self.path.resolve())
        found = self.path.stat()
        return f"{found.st_dev} {found.st_ino}"

    def drop(self) -> None:
        """Remove the file, and the journals and the label beside it."""
        for suffix in ("", _LABEL, *_JOURNALS):
            self._beside(suffix).unlink(missing_ok=True)

    def disable_synchronous_commit(self) -> None:
        """Nothing to do: a file is fast enough."""

    def disconnect(self) -> None:
        """Nothing to do: a file is removed whoever has it open."""

    def clone(self, template: str) -> None:
        """Copy another file of the directory, which nobody has open."""
        self.set_label(DIRTY)
        shutil.copyfile(self.path.with_name(template + self.path.suffix), self.path)

    def database_names(self) -> list[str]:
        """Return the stems of the files of the directory that have the same ending."""
        return [path.stem for path in self.path.parent.glob(f"*{self.path.suffix}")]

    def label(self) -> Label | None:
        """Return the label, which is in a file beside the database.

        A link, and a file that has other names, have none: the database is not only a test's.
        """
        label = self._beside(_LABEL)
        if not (label.exists() and self.exists()) or self._has_other_names():
            return None
        return Label.parse(label.read_text(encoding="utf-8"))

    def locate(self, cursor: DBAPICursor) -> tuple[str, Label | None]:
        """Return the path and the label of the file that a cursor of the driver reads."""
        cursor.execute("SELECT file FROM pragma_database_list WHERE name = 'main'")
        (name,) = cursor.fetchone() or ("",)
        path = Path(name).resolve()
        return str(path), SQLiteServer(path).label()

    def set_label(self, label: Label) -> None:
        """Write the file beside the database."""
        self._beside(_LABEL).write_text(str(label), encoding="utf-8")

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        """Lock another SQLite file for the block, as every system that has SQLite can."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.with_name(name + _LOCK)
        seconds = _PATIENCE if wait else 0
        # The thread that ends a run may be another one than that which has touched the database.
        opened = sqlite3.connect(
            lock, timeout=seconds, isolation_level=None, check_same_thread=False
        )
        with closing(opened) as connection:
            alone = True
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                if wait:
                    raise LockTimeout(name, _PATIENCE) from None
                alone = False
            yield alone

    def _has_other_names(self) -> bool:
        return self.path.is_symlink() or self.path.stat().st_nlink > 1

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)
