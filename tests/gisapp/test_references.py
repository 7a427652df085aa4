"""Foreign layers looked at beside the book, through the window: shown, kept, asked, printed, lost and found again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from gisapp.commands.opening import open_target
from gisapp.commands.references import add_files
from gisapp.dialogs.feature_dialog import FeatureDialog
from gisapp.panels.legend_model import CHECK_ROLE, LegendRow
from gisapp.panels.references.rows import GROUP
from gisapp.window import Window
from layers.model.query import Query
from layers.scene.reference import COLOURS
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, settle, unrendered, visible_texts
from tests.gisapp.test_printing import choose, open_dialog
from tests.printed import pages_of

pytestmark = pytest.mark.keeps_running

LEFT = Qt.MouseButton.LeftButton
#: Above the road and the mains of the town, where there is nothing.
LINE = [[538_200.0, 3_016_150.0], [538_500.0, 3_016_150.0]]


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A line, an area and a point of which nobody knows what they are, and a row without a place."""
    shapes = [
        {"type": "LineString", "coordinates": LINE},
        {
            "type": "Polygon",
            "coordinates": [[[538_300, 3_016_200], [538_340, 3_016_200], [538_340, 3_016_240]]],
        },
        {"type": "Point", "coordinates": [538_400, 3_016_180]},
        None,
    ]
    shapes[1]["coordinates"][0].append(shapes[1]["coordinates"][0][0])
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"zork": f"红线{number}", "quux": number}}
        for number, shape in enumerate(shapes, 1)
    ]
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    path = tmp_path / "规划&红线.geojson"
    text = json.dumps({"type": "FeatureCollection", "crs": system, "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def read(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(window.references.shown or window.references.problems), timeout=PATIENCE)
    settle(window, qtbot)
    # The legend is told when the map has been counted.
    qtbot.waitUntil(lambda: row_of(window)[0].isValid(), timeout=PATIENCE)


def is_drawn(window: Window, qtbot: QtBot, number: int = 0, other: QColor | None = None) -> bool:
    """Whether the line of the layer is on the map in its colour, rather than ``other`` or land, when all is painted."""
    canvas = window.map.canvas
    canvas.fly_to(538_350.0, 3_016_150.0, 0.8)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: canvas.is_crisp and not window.references._ground.is_busy, timeout=PATIENCE)
    canvas.repaint()
    image = canvas.grab().toImage()
    at = QPointF(*canvas.viewport.to_pixel(538_450.0, 3_016_150.0)).toPoint() * image.devicePixelRatio()
    colours = window.parts.theme.colors()
    land, want = colours["map_land"], colours[COLOURS[number]]
    found = max(
        (image.pixelColor(at.x(), at.y() + off) for off in (-2, -1, 0, 1, 2)),
        key=lambda each: apart(each, land),
    )
    return (
        min((land, want, *(() if other is None else (other,))), key=lambda each: apart(each, found)) is want
    )


def apart(one: QColor, other: QColor) -> int:
    return max(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def row_of(window: Window) -> tuple[QModelIndex, LegendRow]:
    """The legend's row of the only layer, below the heading of them all."""
    model = window.desks["map"].panel.model
    group = model.index(model.rowCount() - 1, 0)
    named = group.data(Qt.ItemDataRole.UserRole)
    index = model.index(0, 0, group) if named is not None and named.id == GROUP else QModelIndex()
    return index, index.data(Qt.ItemDataRole.UserRole)


def test_an_unrecognised_layer_is_shown_beside_the_book(
    open_town: Window, strange: Path, qtbot: QtBot
) -> None:
    window, session = open_town, open_town.parts.session
    acts = len(session.register.change_sets())
    drop(window, strange)
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.checked is not None, timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.mouseClick(window.sheet.mapping.look, LEFT)
    qtbot.mouseClick(window.sheet.cancel, LEFT)
    read(window, qtbot)
    # It is drawn below the map, named and counted; the book is as it was.
    assert is_drawn(window, qtbot)
    index, row = row_of(window)
    assert (row.count, row.title) == (4, "规划&红线")
    assert len(session.register.change_sets()) == acts
    window.parts.language.use("en")
    assert "Reference layers" in [window.desks["map"].panel.model.index(n, 0).data() for n in range(99)]
    assert unrendered(visible_texts(window)) == []
    window.parts.language.use("zh")

    # Off in the legend is off on the map; on again it is there without being read again.
    model = window.desks["map"].panel.model
    index, _ = row_of(window)
    model.setData(index, Qt.CheckState.Unchecked, CHECK_ROLE)
    assert not is_drawn(window, qtbot)
    assert window.map.canvas.grounds.references is None
    model.setData(row_of(window)[0], Qt.CheckState.Checked, CHECK_ROLE)
    assert is_drawn(window, qtbot)

    # Its name pressed twice brings it into view; its box pressed twice moves nothing.
    canvas, tree = window.map.canvas, window.desks["map"].panel.tree
    canvas.fly_to(530_000.0, 3_000_000.0, 0.8)
    settle(window, qtbot)
    row = tree.visualRect(row_of(window)[0])
    for reach, is_flown in ((8, False), (row.width() - 4, True)):
        at = QPoint(row.left() + reach, row.center().y())
        qtbot.mouseDClick(tree.viewport(), LEFT, pos=at)
        settle(window, qtbot)
        assert (abs(canvas.viewport.x - 538_350.0) < 200) is is_flown
    assert is_drawn(window, qtbot)

    # A right click names what lies there; chosen, it tells what the file says.
    window.map.canvas.menu_asked.emit(QPoint(5, 5), 538_450.0, 3_016_150.5)
    menu = next(m for m in window.findChildren(QMenu) if m.isVisible())
    (act,) = [a for a in menu.actions() if "红线1" in a.text()]
    assert "规划&&红线" in act.text()
    act.trigger()
    menu.close()
    dialog = window.findChild(FeatureDialog)
    assert dialog is not None
    assert {"zork", "红线1", "quux", "1"} <= set(visible_texts(dialog))
    dialog.close()

    # Another time it is there again; a file that is gone is said, and found again when it is back.
    target = str(session.register.target)
    session.close()
    assert window.references.entries == []
    open_target(window, target)
    qtbot.waitUntil(lambda: session.is_open, timeout=PATIENCE)
    read(window, qtbot)
    assert row_of(window)[1].count == 4
    session.close()
    away = strange.rename(strange.with_suffix(".away"))
    open_target(window, target)
    qtbot.waitUntil(lambda: session.is_open, timeout=PATIENCE)
    read(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "import.reference.gone"
    assert "读不到" in row_of(window)[0].data()
    away.rename(strange)
    feed = window.references
    feed.read_again(feed.entries[0].key)
    read(window, qtbot)
    assert is_drawn(window, qtbot)

    # Removed, nothing of it is left, here and next time.
    panel = window.desks["map"].panel
    panel.menu_asked.emit("references/0", QPoint(5, 5))
    menu = next(m for m in window.findChildren(QMenu) if m.isVisible())
    menu.actions()[-1].trigger()
    menu.close()
    assert feed.entries == []
    assert not is_drawn(window, qtbot)
    assert window.parts.settings.preferences.references == {}


def test_a_sheet_shows_and_names_it_and_what_has_no_place_is_said(
    open_town: Window, strange: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window, canvas, status = open_town, open_town.map.canvas, open_town.status
    canvas.fly_to(530_000.0, 3_000_000.0, 0.8)
    add_files(window, [str(strange)])
    read(window, qtbot)
    # Far from what is looked at there would be nothing to be seen: that is said, with the way there.
    qtbot.waitUntil(lambda: window.parts.notifier.notices[-1].title.id == "reference.added_outside")
    assert status.offer.isVisible()
    qtbot.mouseClick(status.offer, LEFT)
    settle(window, qtbot)
    assert abs(canvas.viewport.x - 538_350.0) < 200
    add_files(window, [str(strange)])
    qtbot.waitUntil(lambda: window.parts.notifier.notices[-1].title.id == "reference.added", timeout=PATIENCE)
    settle(window, qtbot)
    dialog = open_dialog(window, qtbot)
    choose(dialog, "all", "1:5000", qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheet.pdf")
    (text,) = pages_of(tmp_path / "sheet.pdf")
    assert text.count("规划&红线") == 2  # lines and points have a sign each
    dialog.close()
    # What has no place on the map is said, and nothing is kept of it.
    empty = tmp_path / "empty.csv"
    empty.write_text("zork,quux\n1,2\n", encoding="utf-8")
    add_files(window, [str(empty)])
    settle(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "import.reference.no_place"
    # The refusal stands until something is done, not over all the work that follows.
    assert window.notices.isVisible()
    window.notices._since -= 3
    pipe = window.parts.session.register.find(Query("pipe", limit=1))[0]
    window.parts.session.edit(
        Message("action.find"), lambda edit: edit.update("pipe", pipe.id, pipe.version, {"road": "三环"})
    )
    qtbot.waitUntil(lambda: not window.notices.isVisible(), timeout=PATIENCE)
    feed = window.references
    assert len(feed.entries) == 1
    # The fifth colour is another one on dark ground: the picture follows the theme.
    feed.entries = [replace(feed.entries[0], colour=4)]
    feed.read_again(feed.entries[0].key)
    read(window, qtbot)
    assert is_drawn(window, qtbot, 4)
    before = window.parts.theme.colors()[COLOURS[4]]
    window.parts.actions.trigger("view.theme")
    assert apart(window.parts.theme.colors()[COLOURS[4]], before) > 50
    assert is_drawn(window, qtbot, 4, other=before)
