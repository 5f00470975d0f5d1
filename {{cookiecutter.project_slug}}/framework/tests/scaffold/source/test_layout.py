"""Code of any length, laid out as the formatter would."""

from qapla.scaffold.source import layout


def test_a_call_is_broken_as_the_formatter_breaks_it() -> None:
    """One line, then the arguments on a line of their own, then each on its own."""
    assert layout.call("f(", ["1", "2"]) == "f(1, 2)"
    together = layout.call("f(", ["a" * 48, "b" * 48], indent=4)
    assert together == f"f(\n        {'a' * 48},\n        {'b' * 48},\n    )"
    assert layout.call("f" * 60 + "(", ["a" * 45]) == "f" * 60 + f"(\n    {'a' * 45}\n)"


def test_imports_are_sorted_into_their_sections() -> None:
    """Others come first, then the framework, then the project, whatever their names are."""
    assert layout.imports(
        ("alpha.b", ["x", "A", "LIMIT"]),
        ("qapla.driver", ["D"]),
        ("sqlalchemy", ["String"]),
        package="alpha",
    ) == (
        "from sqlalchemy import String\n\nfrom qapla.driver import D\n\n"
        "from alpha.b import LIMIT, A, x"
    )
