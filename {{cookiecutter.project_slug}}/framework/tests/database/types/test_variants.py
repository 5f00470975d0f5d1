"""JSON, long texts and bytes, and texts of a few values, on every engine."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from qapla.database.dialects.errors import is_misfit
from qapla.database.types import Choice
from qapla.exceptions import UnfitValue

from qapla_sample.cargo import Cargo

Pack = Callable[..., Cargo]
MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "papers", [{"a": [1, None, {"b": "ü"}]}, [], "text", "5", 5, 1.5, True, False, {}]
)
def test_json_comes_back(pack: Pack, papers: Any) -> None:
    """Any value of JSON."""
    found = pack(papers=papers).papers
    assert (found, type(found)) == (papers, type(papers))


def test_none_is_null(pack: Pack, session: Session) -> None:
    """And not the null of JSON."""
    pack(maybe_papers=None)
    assert session.scalar(text("SELECT maybe_papers IS NULL FROM cargoes"))


def test_json_is_compared_as_for_distinct(pack: Pack, session: Session) -> None:
    """PostgreSQL's own type `json` is not."""
    for name in ("gagh", "racht"):
        pack(name=name, papers={"a": 1})
    assert session.scalars(select(Cargo.papers).distinct()).all() == [{"a": 1}]


@pytest.mark.parametrize("papers", [float("nan"), {"a": [float("inf")]}])
def test_json_has_no_such_numbers(pack: Pack, papers: Any) -> None:
    """SQLite would store them."""
    with pytest.raises(UnfitValue, match="has no form in JSON: Out of range"):
        pack(papers=papers)


def test_a_megabyte(pack: Pack) -> None:
    """MariaDB's usual texts and bytes end at 64 KiB."""
    cargo = pack(notes="ü" * MEGABYTE, image=bytes(range(256)) * (MEGABYTE // 256))
    assert cargo.notes == "ü" * MEGABYTE
    assert cargo.image == bytes(range(256)) * (MEGABYTE // 256)


def test_a_choice_is_a_text_with_a_constraint(pack: Pack, session: Session) -> None:
    """The constraint has the name of the convention, and other programs are held to it."""
    pack(state="sent")
    assert session.scalar(select(func.count()).where(Cargo.state == "sent")) == 1
    with pytest.raises(DBAPIError, match="ck_cargoes_state"):
        session.execute(text("UPDATE cargoes SET state = 'eaten'"))


@pytest.mark.parametrize("state", ["eaten", "PACKED"])
def test_another_value_is_refused(pack: Pack, state: str) -> None:
    """MariaDB would take one in upper case, as it does not tell it from lower case."""
    with pytest.raises(StatementError, match=f"'{state}' is not among") as caught:
        pack(state=state)
    assert is_misfit(caught.value)


def test_the_length_of_a_choice() -> None:
    """A value that is added later needs no longer column, unless it is very long."""
    length = cast(Any, Choice("a", name="x")).length
    assert (length, cast(Any, Choice("a" * 60, name="x")).length) == (50, 60)
