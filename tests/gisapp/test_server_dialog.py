"""A register on a server: asked for in a dialog, tried before it is opened, found again without its password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gisapp.commands.opening import open_target
from gisapp.commands.servers import ask_server
from gisapp.dialogs.server_dialog import ServerDialog
from gisapp.window import Window
from layers.errors import UserError
from layers.store.postgis_server import ServerParts
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle
from tests.layers.store.conftest import running_server, server
from tests.layers.store.postgres import TestServer
from tests.memory_keyring import MemoryKeyring, memory_keyring

__all__ = ["running_server", "server"]

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    with memory_keyring() as found:
        yield found


def dialog_of(window: Window, qtbot: QtBot) -> ServerDialog:
    qtbot.waitUntil(lambda: window.findChild(ServerDialog) is not None, timeout=PATIENCE)
    found = window.findChild(ServerDialog)
    assert isinstance(found, ServerDialog)
    return found


def fill(dialog: ServerDialog, given: ServerParts) -> None:
    for field, text in (
        (dialog.host, given.host), (dialog.port, str(given.port)), (dialog.database, given.database),
        (dialog.user, given.user), (dialog.password, given.password),
    ):  # fmt: skip
        field.setText(text)


def test_it_is_tried_told_and_opened(
    window: Window, server: TestServer, ring: MemoryKeyring, qtbot: QtBot
) -> None:
    right = ServerParts.of(server.new_database())
    qtbot.mouseClick(window.start.server, LEFT)
    dialog = dialog_of(window, qtbot)
    assert dialog.password.echoMode() == QLineEdit.EchoMode.Password
    qtbot.mouseClick(dialog.button, LEFT)
    assert dialog.wrong.text() == "请填写服务器和数据库。"
    assert dialog.host.property("wrong") == "true"

    wrong = ServerParts(right.host, right.port, "nowhere", "postgres", "geheim")
    fill(dialog, wrong)
    qtbot.mouseClick(dialog.button, LEFT)
    qtbot.waitUntil(lambda: "没有这个数据库" in dialog.wrong.text(), timeout=PATIENCE)
    assert "geheim" not in dialog.wrong.text()
    assert not window.parts.session.is_open

    fill(dialog, ServerParts(right.host, right.port, right.database, "postgres", "geheim"))
    dialog.keep.setChecked(False)
    qtbot.mouseClick(dialog.test_button, LEFT)
    qtbot.waitUntil(lambda: dialog.test_button.isEnabled(), timeout=PATIENCE)
    assert "测试" in dialog._found.text()
    assert not ring.kept
    dialog.keep.setChecked(True)
    qtbot.mouseClick(dialog.button, LEFT)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    assert "geheim" in ring.kept.values()
    recent = window.parts.settings.preferences.recent[0].target
    assert recent == f"postgresql://postgres@127.0.0.1:{right.port}/{right.database}"
    # The next time it suggests where one was, but never the password.
    ask_server(window, open_target)
    again = [each for each in window.findChildren(ServerDialog) if each.isVisible()][-1]
    assert (again.database.text(), again.password.text()) == (right.database, "")
    again.reject()


def test_whoever_is_not_let_in_is_asked_for_the_password(
    window: Window, server: TestServer, ring: MemoryKeyring, qtbot: QtBot
) -> None:
    right = ServerParts.of(server.new_database())
    nobody = ServerParts(right.host, right.port, right.database, "nobody_known").address
    open_target(window, nobody)
    dialog = dialog_of(window, qtbot)
    assert "用户名或密码" in dialog.wrong.text()
    assert dialog.user.text() == "nobody_known"
    dialog.reject()
    settle(window, qtbot)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://li@db:5433/water", "postgresql://db/water?sslmode=disable", "postgresql://li@db/water?connect_timeout=3",
        "postgresql://li@/water?host=%2Fvar%2Frun%2Fpostgresql",
    ],
)  # fmt: skip
def test_an_address_comes_back_from_its_parts(address: str) -> None:
    parts = ServerParts.of(address)
    assert ServerParts.of(parts.address) == parts
    with_password = ServerParts.of(address.replace("li@", "li:ge%40heim@"))
    assert with_password == parts


def test_what_is_no_address_is_no_suggestion(window: Window, qtbot: QtBot) -> None:
    ask_server(window, open_target, "postgresql://", UserError(Message("server.incomplete")))
    dialog = dialog_of(window, qtbot)
    assert dialog.host.text() == ""
    assert dialog.wrong.text() == "请填写服务器和数据库。"
    dialog.reject()
