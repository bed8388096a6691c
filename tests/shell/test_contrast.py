"""WCAG 2.2 contrast of the theme's own colours, computed from assets/css/tokens.css."""

import re

import pytest

from tests.shell.pages import ROOT

PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
SHEET = (ROOT / "assets/css/tokens.css").read_text()
TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall(SHEET)}

GROUNDS = ("canvas", "surface", "sunken", "hover")
WORDS = [(ink, ground) for ink in ("ink", "ink-soft", "accent-ink", "bad-ink") for ground in GROUNDS]
WORDS += [(f"{tone}-ink", f"{tone}-wash") for tone in ("ok", "warn", "bad", "info", "muted")]
WORDS += [("ink", f"{tone}-wash") for tone in ("ok", "warn", "bad", "info")]
WORDS += [("accent-ink", "accent-wash"), ("ink-soft", "accent-wash")]
WORDS += [("on-accent", fill) for fill in ("accent", "accent-hover", "bad-fill", "bad-fill-hover")]
SHAPES = [
    ("line-field", "surface"),
    ("line-field", "sunken"),
    ("accent-ink", "surface"),
    ("accent-ink", "canvas"),
]
SHAPES += [(f"chart-{n}", "surface") for n in range(1, 7)]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21, as WCAG 2.2 defines it (relative luminance of sRGB)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), WORDS)
def test_words_reach_four_and_a_half_to_one(ink: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_edges_of_controls_and_charts_reach_three_to_one(shape: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[shape][theme], TOKENS[ground][theme]) >= 3


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
