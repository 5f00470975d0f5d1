"""The errors: one tree, and texts that name the thing and the command to type."""

import pickle

import pytest

from qapla import exceptions
from qapla.exceptions import (
    Duplicate,
    ObjectNotFound,
    QaplaError,
    StaleObject,
    UnknownAttribute,
    UnknownDatabase,
    UnusableFunction,
)

EVERY = [
    e for e in vars(exceptions).values() if getattr(e, "__module__", "") == exceptions.__name__
]


@pytest.mark.parametrize("error", EVERY)
def test_every_error_is_one_of_ours(error: type) -> None:
    """Whoever catches `QaplaError` catches them all."""
    assert issubclass(error, QaplaError)


def test_an_unknown_database_is_a_key_error_that_reads_well() -> None:
    """A mapping raises a KeyError, whose own text would be a quoted repr."""
    error = UnknownDatabase("mian", ["main", "analytics"])
    assert isinstance(error, KeyError)
    assert str(error) == "there is no database 'mian'; known: main, analytics"
    assert str(UnknownDatabase("main", [])) == "there is no database 'main'; known: none"


def test_a_missing_object_has_its_model_and_key() -> None:
    """A view may answer with them."""
    error = ObjectNotFound("Ship", (1, 2))
    assert (str(error), error.model, error.key) == ("Ship (1, 2) does not exist", "Ship", (1, 2))


def test_an_unusable_function_is_a_type_error() -> None:
    """It is the caller's mistake, as a wrong argument is."""
    assert issubclass(UnusableFunction, TypeError)


@pytest.mark.parametrize(
    "error",
    [
        UnknownDatabase("logs", ["main"]),
        ObjectNotFound("Ship", 1),
        UnknownAttribute("Ship", "nmae", ["id", "name"]),
        StaleObject("Ship", 1),
        Duplicate("a row is there already", "Ship", "uq_ships_name", ("name",)),
    ],
)
def test_an_error_can_be_pickled_and_made_again_of_its_arguments(error: QaplaError) -> None:
    """It comes back from another process, or from a Celery worker, as it was."""
    for again in (pickle.loads(pickle.dumps(error)), type(error)(*error.args)):  # noqa: S301 (of this test)
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)
