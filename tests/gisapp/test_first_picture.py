"""The next start of a register shows at once what the last one showed, as long as that is still true."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.app import Application, _let_give_way
from gisapp.first_picture import FirstPicture
from gisapp.settings import Settings
from layers.errors import UserError
from layers.register import Register
from layers.scene.last_picture import read_picture
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, settle


def test_the_map_as_it_was_left_is_shown_until_the_window_is_there(
    qapp: QApplication, settings: Settings, town: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "pictures"
    application = Application(qapp, settings, "zh", pictures=folder)
    window = application.new_window()
    drop(window, town)
    canvas = window.map.canvas
    qtbot.waitUntil(lambda: canvas.is_crisp, timeout=PATIENCE)
    settle(window, qtbot)
    frame = window.grab().toImage()
    register = window.parts.session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    window.parts.session.select((hydrant.key,))
    settle(window, qtbot)
    # Where no buttons lie over the map: some of them change with the selection.
    place = (
        canvas.rect().translated(canvas.mapTo(window, canvas.rect().topLeft())).adjusted(70, 150, -70, -220)
    )
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)

    kept = read_picture(folder, str(town))
    assert kept is not None
    image = QImage.fromData(kept.png)
    assert QRect(*kept.place) == window.geometry()
    assert image.copy(place) == frame.copy(place), "the map to the pixel, the selection not in it"
    side = window.side.rect().translated(window.side.mapTo(window, window.side.rect().topLeft()))
    assert image.pixelColor(side.center()) == window.parts.theme.color("panel")

    shown = FirstPicture(qapp, image, QRect(*kept.place))
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitUntil(lambda: shown.is_painted)
    assert shown.grab().toImage().copy(place) == frame.copy(place)
    _let_give_way(shown, window)
    drop(window, town)
    qtbot.waitUntil(lambda: not shown.isVisible(), timeout=PATIENCE)
    assert canvas.is_crisp
    settle(window, qtbot)

    shown.show()
    window.parts.notifier.error(UserError(Message("store.created")))
    assert not shown.isVisible(), "trouble is never hidden by it"
    window.close()
    assert read_picture(folder, str(town)) is not None
    with Register.open(town, actor="陈工") as other, other.edit(Message("action.find")) as edit:
        edit.update("hydrant", hydrant.id, hydrant.version, {"road": "西湖路"})
    assert read_picture(folder, str(town)) is None, "what others changed is not shown as it was"
    application.deleteLater()
    qapp.setStyleSheet("")
