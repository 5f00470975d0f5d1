"""Imports of rendered modules."""

from qapla.scaffold.layout.known import complete_imports


def test_imports_are_sorted_by_their_modules() -> None:
    """Sections stay apart."""
    code = "from rotarran import z\nfrom b import x\nfrom a.c import y\n\nf(x, y, z)\n"
    assert complete_imports(code, "rotarran") == (
        "from a.c import y\nfrom b import x\n\nfrom rotarran import z\n\nf(x, y, z)\n"
    )


def test_names_are_sorted_as_ruff_does() -> None:
    """Constants, classes and the rest, whatever their case, and by the value of numbers."""
    sorted_names = "A0 FILTERS ShipA2 ShipA10 ShipReadDriver ShipRF a0 a0_ a00 a1 a2 a10 a_1 b"
    code = f"from a import {', '.join(sorted(sorted_names.split()))}\n\nf({sorted_names.replace(' ', ', ')})\n"
    imported = complete_imports(code, "rotarran").partition(" import ")[2].partition("\n\n")[0]
    assert imported.replace(",", " ").strip("()").split() == sorted_names.split()


def test_known_names_are_imported_and_unused_ones_are_not() -> None:
    """A name in a string, a comment or behind a dot is no use."""
    code = "from a import String, x\n\ny = Decimal(x.Field, 'UUID')  # Table\n"
    assert complete_imports(code, "rotarran") == (
        "from decimal import Decimal\n\nfrom a import x\n\ny = Decimal(x.Field, 'UUID')  # Table\n"
    )
