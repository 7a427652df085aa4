"""The form in the real window: wrong values, leaving, two sessions on one pipe, several at once, photos."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gisapp.forms.words import Button
from gisapp.panels.photos import THUMB
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.selection import Selection
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, write

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def _open(window: Window, type_name: str, code: str, qtbot: QtBot) -> AssetKey:
    asset = window.parts.session.register.by_code(type_name, code)
    window.parts.session.select([asset.key])
    _shown(window, asset.key, qtbot)
    return asset.key


def _shown(window: Window, key: AssetKey, qtbot: QtBot) -> None:
    editing = window.inspector.editing
    qtbot.waitUntil(lambda: editing.asset is not None and editing.asset.key == key, timeout=PATIENCE)
    settle(window, qtbot)


def _type(window: Window, name: str, text: str, qtbot: QtBot) -> None:
    row = window.inspector.form.row(name)
    row.editor.setFocus()
    row.editor.selectAll()
    write(row.editor, text, qtbot)


def _texts(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_wrong_values_and_leaving(open_town: Window, town: Path, qtbot: QtBot) -> None:
    window = open_town
    session, inspector = window.parts.session, window.inspector
    key = _open(window, "pipe", "GD-000003", qtbot)
    bar = inspector.editing.bar
    row = inspector.form.row("dn")

    # A wrong value is marked with a sentence and keeps the form from being saved; nothing typed is lost.
    _type(window, "dn", "99999", qtbot)
    qtbot.keyClick(row.editor, Qt.Key.Key_S, CONTROL)
    assert row.editor.property("state") == "wrong"
    assert "公称直径 99999 超出允许范围" in _texts(row)
    assert "1 项有误" in _texts(bar)
    assert session.register.get(*key)["dn"] == 80
    # Esc gives the field its value back.
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert row.editor.text() == "80"
    assert not bar.isVisible()

    # A choice by the initials of its pinyin.
    material = inspector.form.row("material")
    qtbot.mouseClick(material.editor, LEFT)
    assert material.editor.is_open
    qtbot.keyClicks(material.editor, "jyx")
    qtbot.keyClick(material.editor, Qt.Key.Key_Return)
    assert inspector.form.draft.changes == {"material": "PE"}
    # A date as people say it, and a code that another pipe has.
    _type(window, "laid_date", "1998年6月", qtbot)
    _type(window, "code", "GD-000004", qtbot)
    assert inspector.form.draft.changes["laid_date"] == "1998-06"
    # What was typed stays to be read when the keyboard is elsewhere.
    assert inspector.form.row("laid_date").editor.text() == "1998-06"
    inspector.editing.save()
    qtbot.waitUntil(lambda: inspector.form.row("code").editor.property("state") == "wrong", timeout=PATIENCE)
    assert inspector.form.draft.changes["laid_date"] == "1998-06"
    inspector.form.draft.revert("code")
    inspector.form.refresh()

    # Going elsewhere asks; staying changes nothing, saving goes on afterwards.
    other = AssetKey("pipe", key.id + 1)
    session.select([other])
    assert session.selection.only == key
    assert "2 项修改未保存" in _texts(bar)
    qtbot.mouseClick(bar.stay, LEFT)
    assert session.selection.only == key
    session.select([other])
    qtbot.mouseClick(bar.leave_saving, LEFT)
    _shown(window, other, qtbot)
    saved = session.register.get(*key)
    assert (saved["material"], saved["laid_date"], saved["code"]) == ("PE", "1998-06", "GD-000003")

    # Closing the window asks as well; discarding keeps nothing, and the revert can be taken back.
    _type(window, "remark", "待核实", qtbot)
    assert not window.close()
    assert bar.drop.isVisible()
    qtbot.mouseClick(bar.stay, LEFT)
    window.parts.actions.trigger("edit.revert")
    assert inspector.form.draft.changed == ()
    window.parts.actions.trigger("edit.bring_back")
    assert inspector.form.draft.changes == {"remark": "待核实"}
    # Killed now, it would be there again: the draft lies on the disk.
    inspector.editing.let_go()
    session.holder = None
    session.select([])
    session.select([other])
    _shown(window, other, qtbot)
    assert inspector.form.draft.changes == {"remark": "待核实"}
    assert "已恢复" in _texts(inspector.editing.news)

    # Made read-only meanwhile, then deleted under us: told each time, and the form keeps what was entered.
    writer = session.register._store._writer
    writer.exec_driver_sql("PRAGMA query_only=1")
    writer.rollback()
    inspector.editing.save()
    qtbot.waitUntil(lambda: "只能读取" in _texts(bar) or "只读" in _texts(bar), timeout=PATIENCE)
    writer.exec_driver_sql("PRAGMA query_only=0")
    writer.rollback()
    away = town.rename(town.with_suffix(".away"))
    inspector.editing.save()
    qtbot.waitUntil(lambda: "已被删除、移走" in _texts(bar), timeout=PATIENCE)
    assert inspector.form.draft.changes == {"remark": "待核实"}
    away.rename(town)
    # What takes long to be saved is told meanwhile.
    go = threading.Event()
    session.tasks.run(Message("task.none"), lambda _: go.wait(5), lane="writer", shown=False)
    inspector.editing.save()
    qtbot.waitUntil(lambda: "正在保存" in _texts(bar), timeout=PATIENCE)
    go.set()
    qtbot.waitUntil(lambda: session.register.get(*other)["remark"] == "待核实", timeout=PATIENCE)
    settle(window, qtbot)


def test_two_sessions_on_one_pipe(open_town: Window, town: Path, qtbot: QtBot) -> None:
    window = open_town
    session, editing, form = window.parts.session, window.inspector.editing, window.inspector.form
    key = _open(window, "pipe", "GD-000005", qtbot)
    # What others do is looked at when the test says so.
    session.upkeep.poll.stop()
    with Register.open(town, actor="周海燕") as other:
        # What nobody works on follows what others save.
        _change(other, key, {"road": "解放巷"})
        session.register.poll()
        qtbot.waitUntil(lambda: form.row("road").editor.text() == "解放巷", timeout=PATIENCE)

        # The other saves first, unseen until we save: told which fields differ, nothing is overwritten.
        _type(window, "dn", "450", qtbot)
        _type(window, "material", "PE", qtbot)
        _change(other, key, {"dn": 500, "owner": "城投水务"})
        editing.save()
        qtbot.waitUntil(lambda: "dn" in editing.news.choices, timeout=PATIENCE)
        settle(window, qtbot)
        assert session.register.get(*key)["dn"] == 500
        assert set(editing.news.choices) == {"dn"}
        words = _texts(editing.news)
        assert "权属单位" in words
        assert "城投水务" in words
        mine, theirs = editing.news.choices["dn"]
        assert (mine.text(), theirs.text()) == ("用我的：450 mm", "用对方的：500 mm")
        # Not before it is chosen.
        editing.save()
        settle(window, qtbot)
        assert session.register.get(*key)["dn"] == 500
        qtbot.mouseClick(theirs, LEFT)
        assert form.draft.changes == {"material": "PE"}
        qtbot.mouseClick(mine, LEFT)
        assert form.draft.changes == {"dn": 450, "material": "PE"}
        editing.save()
        qtbot.waitUntil(lambda: session.register.get(*key)["dn"] == 450, timeout=PATIENCE)
        settle(window, qtbot)
        saved = session.register.get(*key)
        assert (saved["material"], saved["owner"], saved["road"]) == ("PE", "城投水务", "解放巷")

        # Theirs is read while mine is still on its way to be refused: what to choose stays, and what stood before
        # both is called the same in both places.
        qtbot.wait(250)
        settle(window, qtbot)
        waiting = threading.Event()
        window.parts.tasks.run(
            Message("action.find"), lambda _: waiting.wait(10), lane="writer", owner=window
        )
        _type(window, "dn", "300", qtbot)
        editing.save()
        _change(other, key, {"dn": 200})
        session.register.poll()
        qtbot.waitUntil(lambda: "dn" in editing.news.choices, timeout=PATIENCE)
        waiting.set()
        settle(window, qtbot)
        assert set(editing.news.choices) == {"dn"}
        qtbot.waitUntil(lambda: "双方修改前 450 mm" in _texts(editing.news), timeout=PATIENCE)
        assert "双方修改前 450" in form.row("dn").note_text
        assert session.register.get(*key)["dn"] == 200
        qtbot.mouseClick(editing.news.choices["dn"][1], LEFT)

        # Deleted by the other while it is worked on: said so, and what was entered is still there. Not before the
        # form has read what was saved, as it does a moment later: it would see the deletion by itself.
        qtbot.wait(250)
        settle(window, qtbot)
        _type(window, "remark", "漏点", qtbot)
        asset = other.get(*key)
        with other.edit(Message("action.find")) as edit:
            edit.delete(key.type, key.id, asset.version)
        editing.save()
        qtbot.waitUntil(lambda: "没有保存" in _texts(editing.bar), timeout=PATIENCE)
        assert form.draft.changes == {"remark": "漏点"}
        editing.revert()
    settle(window, qtbot)


def _change(register: Register, key: AssetKey, values: dict[str, object]) -> None:
    asset = register.get(*key)
    with register.edit(Message("action.find")) as edit:
        edit.update(key.type, key.id, asset.version, values)


def test_several_at_once(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session, inspector = window.parts.session, window.inspector
    session.select(Selection({"pipe": [1, 2, 3, 4], "meter": [1]}))
    settle(window, qtbot)
    assert inspector.active is None
    assert "不是同一类型" in _texts(inspector)
    session.select(Selection({"pipe": [1, 2, 3, 4]}))
    qtbot.waitUntil(lambda: inspector.active is inspector.editing_many, timeout=PATIENCE)
    settle(window, qtbot)
    form = inspector.many_form
    row = form.row("dn")
    assert row.editor.placeholderText() == "多个值"
    assert form.row("material").editor.text() == "球墨铸铁"
    assert "code" not in form.rows
    qtbot.mouseClick(row.editor, LEFT)
    qtbot.keyClicks(row.editor, "300")
    words = _texts(inspector.editing_many.bar)
    assert "将修改 3 个管段，0.30 km" in words
    assert "1 个已是该值" in words
    before = [session.register.get("pipe", n)["dn"] for n in (1, 2, 3, 4)]
    qtbot.keyClick(row.editor, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: session.register.get("pipe", 1)["dn"] == 300, timeout=PATIENCE)
    settle(window, qtbot)
    assert [session.register.get("pipe", n)["dn"] for n in (1, 2, 3, 4)] == [300] * 4
    qtbot.waitUntil(lambda: form.row("dn").editor.text() == "300", timeout=PATIENCE)
    qtbot.keyClick(form.row("dn").editor, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: session.register.get("pipe", 1)["dn"] == before[0], timeout=PATIENCE)
    assert [session.register.get("pipe", n)["dn"] for n in (1, 2, 3, 4)] == before
    settle(window, qtbot)

    # What all of them link to is called by its name.
    session.select(Selection({"meter": [1, 2]}))
    qtbot.waitUntil(lambda: form.row("community").editor.text() == "锦绣家园", timeout=PATIENCE)

    # A link by a click on the map.
    meter = session.register.by_code("meter", "SB-900000")
    session.select([meter.key])
    _shown(window, meter.key, qtbot)
    editor = inspector.form.row("well").editor
    editor.setFocus()
    editor.open_list("BJ")
    qtbot.waitUntil(lambda: editor.is_open and len(inspector.form.popup.offers) == 2, timeout=PATIENCE)
    inspector.form.popup.offers[-1].act()
    canvas = window.map.canvas
    canvas.fly_to(538100.0, 3016010.0, 0.05)
    x, y = canvas.viewport.to_pixel(538100.0, 3016010.0)
    qtbot.mouseClick(canvas, LEFT, pos=QPointF(x, y).toPoint())
    assert inspector.form.draft.changes == {"well": 1}
    qtbot.waitUntil(lambda: editor.text() == "BJ-000001", timeout=PATIENCE)
    assert window.map.canvas.tool.leaves_on_escape is False
    inspector.editing.revert()


@pytest.mark.qt_log_ignore("JPEG datastream contains no image", "This plugin does not support")
def test_photos_dropped_captioned_removed(open_town: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_town
    session, inspector = window.parts.session, window.inspector
    key = _open(window, "hydrant", "XHS-02147", qtbot)
    qtbot.mouseClick(inspector.tab_button("photos"), LEFT)
    page = inspector.photos
    picture = tmp_path / "栓.jpg"
    _upright_in_exif(picture)
    renamed, empty, huge, head = (
        tmp_path / name for name in ("note.png", "empty.jpg", "huge.jpg", "head.jpg")
    )
    head.write_bytes(picture.read_bytes()[:30])
    renamed.write_text("只是文字", encoding="utf-8")
    empty.touch()
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    for path, words in ((renamed, "不是图片"), (empty, "是空的"), (huge, "200 MB"), (head, "已损坏")):
        _drop(page, path)
        qtbot.waitUntil(lambda words=words: words in _texts(page), timeout=PATIENCE)
    assert session.register.attachments(*key) == []
    _drop(page, picture)
    qtbot.waitUntil(
        lambda: len(page.tiles) == 1 and not page.tiles[0].picture.icon().isNull(), timeout=PATIENCE
    )
    # Taken upright with the camera on its side: the store keeps the file, the eye sees it upright.
    size = page.tiles[0].picture.icon().actualSize(THUMB * 2)
    assert size.height() > size.width()
    page.open_viewer(0)
    qtbot.waitUntil(lambda: page.viewer.canvas.image_size == (40, 60), timeout=PATIENCE)
    page.viewer.canvas.zoom(2.0)
    page.viewer.close()

    caption = page.tiles[0].caption
    caption.setFocus()
    write(caption, "缺帽", qtbot)
    qtbot.keyClick(caption, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.register.attachments(*key)[0].get("remark") == "缺帽", timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: page.tiles[0].photo.asset.get("remark") == "缺帽", timeout=PATIENCE)
    qtbot.mouseClick(page.tiles[0].remove, LEFT)
    qtbot.waitUntil(lambda: page.tiles == [], timeout=PATIENCE)
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: len(page.tiles) == 1, timeout=PATIENCE)

    image = QImage(30, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    QApplication.clipboard().setImage(image)
    button = next(b for b in page.findChildren(Button) if b.text() == "粘贴")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: len(page.tiles) == 2, timeout=PATIENCE)
    QApplication.clipboard().clear()
    settle(window, qtbot)


def _upright_in_exif(path: Path) -> None:
    """A JPEG of 60 x 40 pixels whose EXIF says that it is to be turned by a quarter."""
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#B3261E"))
    image.save(str(path), "JPG")
    data = path.read_bytes()
    # TIFF header, one entry: orientation (0x0112), short, 6 = turn right.
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])


def _drop(page: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    middle = page.rect().center()
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, copy, data, LEFT, none)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(middle), copy, data, LEFT, none))
