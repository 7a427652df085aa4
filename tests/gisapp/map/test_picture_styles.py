"""``gisapp render --style``: styles of the program by name and title, and those saved in the register."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from shapely.geometry import LineString

from gisapp.map.picture import PictureWishes, render_picture
from layers.cli.console import Console
from layers.cli.values import PictureSize
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.register import Register
from layers.scene.restyling import layer_of, with_class, with_layer
from layers.scene.styles import base_style, save_style
from layers.text import Message, Texts, Title

SIZE = PictureSize(600, 400)
INK = QColor("#C0392B")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="li", name="临江供水") as opened:
        base = base_style(opened, "diameter")
        pipe = layer_of(base, "pipe")
        thick = pipe.classes[4]
        red = with_class(pipe, replace(thick, look=replace(thick.look, colour=INK.name(), width=20.0)))
        style = replace(
            with_layer(base, red), name="大管红", title=Title("大管红", "大管红"), base="diameter"
        )
        with opened.edit(Message("styling.step.save", {"name": "大管红"})) as edit:
            save_style(edit, style, base)
            main = LineString([(500000, 3000200), (500600, 3000200)])
            edit.insert("pipe", {"dn": 1000, "status": "in_service", "geom": main})
    return path


def render(register: Path, out: Path, style: str) -> QImage:
    console = Console(Texts("zh"), output=io.StringIO(), trouble=io.StringIO())
    assert render_picture(console, str(register), out, PictureWishes(size=SIZE, style=style)) == 0
    return QImage(str(out))


def has(image: QImage, colour: QColor) -> bool:
    return any(
        image.pixelColor(x, y) == colour
        for y in range(0, image.height(), 2)
        for x in range(image.width() // 4, image.width() // 2, 7)
    )


def test_a_saved_style_is_drawn(register: Path, tmp_path: Path) -> None:
    assert has(render(register, tmp_path / "saved.png", "大管红"), INK)
    assert not has(render(register, tmp_path / "usual.png", "按管径"), INK)


def test_one_that_is_not_there_names_those_that_are(register: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        render(register, tmp_path / "none.png", "彩虹")
    assert told.value.hint is not None
    assert {"diameter", "大管红"} <= set(told.value.hint.parameters["values"])
    assert not (tmp_path / "none.png").exists()
