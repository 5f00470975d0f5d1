"""The contrast of both palettes, as WCAG 2.2 computes it."""

import re
from pathlib import Path

import pytest

from qapla.web import status

CSS = (Path(str(status.__file__)).parent / "static" / "status.css").read_text(encoding="utf-8")
# A text with each ground that it stands on.
TEXTS = [
    *((text, ground) for text in ("text", "quiet") for ground in ("page", "card", "sunk")),
    *(("accent", ground) for ground in ("page", "card", "sunk")),
    *((kind, ground) for kind in ("ok", "warn", "bad") for ground in ("card", f"{kind}-soft")),
    ("text", "accent-soft"),
    ("bad", "page"),
]
# Marks that have a meaning, for which 3:1 is enough.
MARKS = [("ok", "card"), ("accent", "sunk"), ("quiet", "sunk"), ("accent", "bar")]


def palette(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme by their names."""
    light, _, dark = CSS.partition("@media (prefers-color-scheme: dark)")
    block = light if scheme == "light" else dark.partition("*, *::before")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour. Source: WCAG 2.2, "relative luminance"."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_schemes_have_the_same_colours() -> None:
    """None is left as it is in the light."""
    assert palette("light").keys() == palette("dark").keys()
    assert contrast("#000000", "#ffffff") == 21


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(scheme: str) -> None:
    """4.5:1, for texts of any size."""
    colours = palette(scheme)
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_seen(scheme: str) -> None:
    """3:1: dots, keys, focus, and the part of the database in the bar of a request."""
    colours = palette(scheme)
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in MARKS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3} == {}
