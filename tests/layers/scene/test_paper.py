"""Paper and scales: what people write is understood, nonsense is refused with a sentence."""

from __future__ import annotations

import pytest

from layers.errors import UserError
from layers.scene.paper import LANDSCAPE, PORTRAIT, SIZES, Paper, read_paper, read_scale
from layers.text import Texts

SIDES_WRITTEN = [("900x600", (900, 600)), ("300 × 1200 mm", (300, 1200)), ("297*420.5", (297, 420.5))]


@pytest.mark.parametrize(("name", "sides"), SIZES.items())
def test_named_sizes_lie_across_and_stand_upright(name: str, sides: tuple[float, float]) -> None:
    paper = read_paper(name.lower())
    assert (paper.height, paper.width) == sides
    assert paper.orientation == LANDSCAPE
    upright = paper.turned(PORTRAIT)
    assert (upright.width, upright.height) == sides
    assert upright == Paper.of(name, PORTRAIT)
    assert str(paper) == name


def test_each_size_is_half_the_next() -> None:
    for small, large in zip(SIZES.values(), list(SIZES.values())[1:], strict=False):
        assert small[1] == large[0]
        assert small[0] == pytest.approx(large[1] / 2, abs=1.0)


@pytest.mark.parametrize(("text", "sides"), SIDES_WRITTEN)
def test_free_sizes(text: str, sides: tuple[float, float]) -> None:
    paper = read_paper(text)
    assert (paper.width, paper.height) == sides
    assert paper.name == ""


@pytest.mark.parametrize("text", ["A5x", "", "B4", "10x10", "9000x100", "x", "100", "-300x200", "1e3x500"])
def test_what_is_no_paper_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_paper(text)
    assert refused.value.hint is not None
    for language in ("zh", "en"):
        said = Texts(language).render(refused.value.hint)
        assert "A3" in said or "5000" in said


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("2000", 2000),
        ("1:2000", 2000),
        ("1：500", 500),
        ("1:50 000", 50000),
        ("1 : 10,000", 10000),
        ("1250.5", 1250.5),
    ],
)
def test_scales(text: str, scale: float) -> None:
    assert read_scale(text) == scale


@pytest.mark.parametrize(
    "text", ["", "0", "1:0", "49", "-500", "1:1:500", "abc", "99999999999", "nan", "1:20 00"]
)
def test_what_is_no_scale_is_refused(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_scale(text)
    assert refused.value.title.id == "printing.scale.unknown"
