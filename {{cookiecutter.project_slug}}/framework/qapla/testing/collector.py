"""Refuse test classes that pytest would collect without their fixtures, or not collect at all."""

import inspect
import unittest
from typing import Any

import pytest

from qapla.testing.fixtures import BaseApplicationFixture

_METHODS = ("__init__", "__new__")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """Look at each class that pytest is about to collect.

    Raises:
        CollectError: Its tests would have no fixtures, or would silently not run.
    """
    if not inspect.isclass(obj) or not issubclass(obj, BaseApplicationFixture):
        return
    if issubclass(obj, unittest.TestCase):
        raise _refused(
            name,
            "pytest gives no fixtures to the methods of a unittest.TestCase: leave TestCase out of "
            "its bases, and write setUp as a fixture with autouse=True",
        )
    if not _is_collected(collector, name, obj):
        return
    for method in _METHODS:
        if getattr(obj, method) is not getattr(object, method):
            raise _refused(
                name,
                f"pytest collects no class with {method}: write it as a fixture with "
                "autouse=True, or set attributes in the class",
            )


def _is_collected(collector: Any, name: str, obj: object) -> bool:
    """Whether pytest takes a class for one of tests, by its name and its `__test__`."""
    return bool(collector.classnamefilter(name) and getattr(obj, "__test__", True))


def _refused(name: str, reason: str) -> pytest.Collector.CollectError:
    return pytest.Collector.CollectError(f"{name}: {reason}")
