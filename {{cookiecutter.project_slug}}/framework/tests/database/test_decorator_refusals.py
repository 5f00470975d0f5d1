"""Functions that the decorator refuses, and those that it wraps."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.database.decorators import WithDatabase
from qapla.exceptions import UnusableFunction

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship


async def _coroutine(main: Session) -> None: ...


async def _async_generator(main: Session) -> AsyncIterator[int]:
    yield 1


def _generator(main: Session) -> Iterator[int]:
    yield 1


@pytest.mark.parametrize("function", [_coroutine, _async_generator, _generator])
def test_a_function_that_runs_after_its_call_is_refused(function: Callable[..., Any]) -> None:
    """The body of a coroutine or generator would find its session closed."""
    with pytest.raises(UnusableFunction) as caught:
        WithDatabase(SampleApplication(), "main")(function)
    assert str(caught.value) == (
        f"WithDatabase cannot open a session for {function.__name__}: a coroutine or generator "
        "runs after its call has ended; open the session inside it"
    )


def test_a_function_without_the_parameter_is_refused() -> None:
    """The function must take the session by the name of the database."""

    def count(session: Session) -> None: ...

    with pytest.raises(UnusableFunction) as caught:
        WithDatabase(SampleApplication(), "main")(count)
    assert str(caught.value) == (
        "WithDatabase passes the session of 'main' as a keyword, which "
        "test_a_function_without_the_parameter_is_refused.<locals>.count does not take: "
        "add the parameter main"
    )


def test_a_call_with_a_session_of_its_own_is_refused(sample: SampleApplication) -> None:
    """Two sessions for one parameter are a mistake; the function itself is still there."""

    @WithDatabase(sample, "main")
    def count(main: Any) -> Any:
        return main

    with pytest.raises(UnusableFunction) as caught:
        count(main="mine")
    assert str(caught.value) == (
        "count() was called with 'main', which WithDatabase passes: "
        "leave it out, or call count.__wrapped__()"
    )
    assert count.__wrapped__(main="mine") == "mine"  # type: ignore[attr-defined]


def test_the_function_keeps_its_name_and_hides_the_session(sample: SampleApplication) -> None:
    """The signature is the one that callers use."""

    @WithDatabase(sample, "main")
    def launch(name: str, *, main: Session, speed: int = 1) -> str:
        """Launch a ship."""
        return name

    assert (launch.__name__, launch.__doc__) == ("launch", "Launch a ship.")
    assert str(inspect.signature(launch)) == "(name: str, *, speed: int = 1) -> str"


def test_a_function_of_any_keywords(sample: SampleApplication) -> None:
    """A function with `**kwargs` gets the session among them."""

    @WithDatabase(sample, "main")
    def names(**kwargs: Any) -> list[str]:
        return sorted(kwargs)

    assert names(a=1) == ["a", "main"]


@pytest.mark.parametrize("commit", [True, False])
def test_lost_writes_are_reported(
    sample: SampleApplication, caplog: pytest.LogCaptureFixture, commit: bool
) -> None:
    """A function that ends well with writes that nobody committed is warned about."""

    @WithDatabase(sample, "main")
    def write(main: Session) -> None:
        main.add(Ship(name="Rotarran"))
        if commit:
            main.commit()

    write()
    lost = (
        "database 'main': the function write ended with writes that nobody committed, and they "
        "are lost: commit the session, or write inside `with driver.transaction():`"
    )
    assert caplog.messages == ([] if commit else [lost])


def test_only_the_outermost_call_reports(
    sample: SampleApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """An inner call may leave its writes to be committed by the outer one."""

    @WithDatabase(sample, "main")
    def inner(main: Session) -> None:
        main.add(Ship(name="Rotarran"))

    @WithDatabase(sample, "main")
    def outer(main: Session) -> None:
        inner()
        main.commit()

    outer()
    assert caplog.messages == []
