"""The style editor in the real window: seen on the map at once, saved, found again, undone, carried in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from gisapp.panels.legend_model import COUNT, LENGTH, NAME
from gisapp.panels.style.classes import NAME as CLASS_NAME
from gisapp.panels.style.classes import WIDTH
from gisapp.panels.style.editor import StyleEditor
from gisapp.panels.style.form import StyleForm
from gisapp.window import Window
from layers.register import Register
from layers.scene.scene import Scene
from layers.scene.styles import SAVED, saved_styles
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts


def quiet(window: Window, qtbot: QtBot) -> None:
    """Wait until the map shows what was asked for: the editor tells it a moment after the last touch."""
    for _ in range(2):
        settle(window, qtbot)
        qtbot.wait(180)
    settle(window, qtbot)


def edit(window: Window, qtbot: QtBot, act: str = "style.edit") -> StyleEditor:
    window.parts.actions.trigger(act)
    quiet(window, qtbot)
    assert window.desk_pages.currentWidget() is window.style_editor
    return window.style_editor


def choose(combo: QComboBox, data: object) -> None:
    """As a hand does: pick an entry of the list."""
    position = combo.findData(data)
    assert position >= 0, (data, [combo.itemData(n) for n in range(combo.count())])
    combo.setCurrentIndex(position)
    combo.activated.emit(position)


def scene(window: Window) -> Scene:
    found = window.map.canvas.scene
    assert found is not None
    return found


def class_titles(window: Window, layer: str) -> list[str]:
    style = next(each for each in scene(window).style.layers if each.id == layer)
    return [each.title.zh for each in style.classes if not each.is_state]


def legend_names(window: Window) -> list[str]:
    model = window.desks["map"].panel.model  # type: ignore[attr-defined]
    names = []
    for number in range(model.rowCount()):
        parent = model.index(number, NAME)
        names.append(parent.data())
        names += [model.index(row, NAME, parent).data() for row in range(model.rowCount(parent))]
    return names


def name_it(form: StyleForm, name: str) -> None:
    form.name.setText(name)
    form.name.textEdited.emit(name)


def notices(window: Window) -> list[str]:
    return [notice.title.id for notice in window.parts.notifier.notices]


def save(window: Window, qtbot: QtBot, name: str) -> None:
    name_it(window.style_editor.form, name)
    qtbot.mouseClick(window.style_editor.save_button, Qt.MouseButton.LeftButton)
    quiet(window, qtbot)


def test_a_field_is_chosen_seen_saved_undone_and_done_again(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    editor = edit(window, qtbot)
    choose(editor.form.field, "dn")
    quiet(window, qtbot)
    choose(editor.form.method, "categories")
    quiet(window, qtbot)
    assert class_titles(window, "pipe") == ["80", "300", "600", "未填", "其他"]
    assert [name for name in legend_names(window) if name in ("80", "300", "600")] == ["80", "300", "600"]
    assert saved_styles(register) == []
    save(window, qtbot, "按口径逐值")
    assert [each.name for each in saved_styles(register)] == ["按口径逐值"]
    assert window.map.styles.name == "按口径逐值"
    assert notices(window)[-1] == "styling.saved"
    assert not editor.save_button.isEnabled()
    window.parts.actions.trigger("edit.undo")
    quiet(window, qtbot)
    # Nothing is left to be edited or drawn: the map goes on in the style from which it was made.
    assert saved_styles(register) == []
    assert not editor.is_open
    assert scene(window).style.name == "diameter"
    window.parts.actions.trigger("edit.redo")
    quiet(window, qtbot)
    window.map.style_button.choice("按口径逐值").trigger()
    quiet(window, qtbot)
    assert class_titles(window, "pipe")[:3] == ["80", "300", "600"]


def test_by_hand_colour_width_name_and_what_is_shown(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot)
    model = editor.form.table.classes
    before = scene(window)
    dialog = editor.form.table.ask_colour(0)
    dialog.setCurrentColor(QColor("#C0392B"))
    dialog.accept()
    model.setData(model.index(0, WIDTH), 9.0)
    model.setData(model.index(0, CLASS_NAME), "主干", Qt.ItemDataRole.EditRole)
    assert model.setData(
        model.index(1, CLASS_NAME), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole
    )
    quiet(window, qtbot)
    first, second = model.at(0), model.at(1)
    drawn = next(each for each in scene(window).style.layers if each.id == "pipe")
    assert drawn.classes[[each.id for each in drawn.classes].index(first.id)].look.colour == "#C0392B"
    assert first.look.width == 9.0
    assert first.title.zh == "主干"
    assert f"pipe/{second.id}" in window.map.canvas.hidden
    # Only looks differ: nothing was read again.
    pipes = [next(s for s in each.sources if s.layer.id == "pipe") for each in (before, scene(window))]
    assert pipes[0].classes is pipes[1].classes
    editor.draft.revert()
    quiet(window, qtbot)
    assert f"pipe/{second.id}" not in window.map.canvas.hidden


def test_points_are_classed_and_their_scales_set(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot, "style.new")
    choose(editor.form.layer, "hydrant")
    choose(editor.form.field, "hydrant_type")
    quiet(window, qtbot)
    choose(editor.form.farthest, 50_000.0)
    choose(editor.form.nearest, 500.0)
    had = editor.form.labels.isChecked()
    editor.form.labels.click()
    quiet(window, qtbot)
    layer = next(each for each in scene(window).style.layers if each.id == "hydrant")
    assert (layer.largest_denominator, layer.smallest_denominator) == (50_000.0, 500.0)
    assert layer.labels == (None if had else "code")
    editor.form.labels.click()
    assert editor.draft.layer("hydrant").labels == ("code" if had else None)
    assert "地上式" in class_titles(window, "hydrant")
    assert layer.classing is not None
    choose(editor.form.palette_choice, "tol")
    quiet(window, qtbot)
    layer = next(each for each in scene(window).style.layers if each.id == "hydrant")
    assert all(
        (each.look.fill or "").startswith("tol:")
        for each in layer.classes
        if not each.is_state and each.rules and not each.rules[0].blank
    )
    choose(editor.form.field, "")
    quiet(window, qtbot)
    assert "消火栓（不可用）" in class_titles(window, "hydrant")


def asked(editor: StyleEditor) -> bool:
    return editor.leaving.isVisible() and editor.leaving.drop.isVisible()


def test_closed_without_saving_the_map_is_as_before(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    before = scene(window).style
    editor = edit(window, qtbot)
    choose(editor.form.field, "material")
    quiet(window, qtbot)
    qtbot.mouseClick(editor.close_button, Qt.MouseButton.LeftButton)
    assert asked(editor)
    assert editor.is_open
    qtbot.mouseClick(editor.leaving.stay, Qt.MouseButton.LeftButton)
    assert not asked(editor)
    assert editor.draft.has_work
    qtbot.mouseClick(editor.close_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.leaving.drop, Qt.MouseButton.LeftButton)
    quiet(window, qtbot)
    assert scene(window).style == before
    assert window.desk_pages.currentWidget() is window.desks["map"].panel


def test_another_style_chosen_leaves_the_editor(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot)
    window.map.style_button.choice("material").trigger()
    quiet(window, qtbot)
    assert not editor.is_open
    assert scene(window).style.name == "material"


def test_what_is_not_saved_is_asked_about_before_it_would_be_lost(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot)
    choose(editor.form.field, "material")
    name_it(editor.form, "我的材质")
    quiet(window, qtbot)
    # Another style, a new one, closing the register, closing the window: nothing of it goes on unasked.
    for leave in (
        lambda: window.map.style_button.choice("material").trigger(),
        lambda: window.parts.actions.trigger("style.new"),
        lambda: window.parts.actions.trigger("file.close"),
        window.close,
    ):
        leave()
        quiet(window, qtbot)
        assert asked(editor)
        assert "我的材质" in "".join(visible_texts(editor.leaving))
        qtbot.mouseClick(editor.leaving.stay, Qt.MouseButton.LeftButton)
        assert window.isVisible()
        assert window.parts.session.is_open
        assert editor.draft.name == "我的材质"
    # The editor is found again behind another desk, as it was left.
    window.show_desk("checks")
    assert edit(window, qtbot).draft.name == "我的材质"
    window.map.style_button.choice("material").trigger()
    qtbot.mouseClick(editor.leaving.leave_saving, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not editor.is_open, timeout=PATIENCE)
    quiet(window, qtbot)
    assert scene(window).style.name == "material"
    register = window.parts.session.register
    assert register is not None
    assert [each.name for each in saved_styles(register)] == ["我的材质"]


def test_a_name_that_cannot_be_saved_keeps_the_editor(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot)
    name_it(editor.form, "按材质")
    quiet(window, qtbot)
    assert window.close() is False
    qtbot.mouseClick(editor.leaving.leave_saving, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not asked(editor), timeout=PATIENCE)
    settle(window, qtbot)
    assert notices(window)[-1] == "styling.name_of_program"
    assert window.isVisible()
    assert editor.draft.name == "按材质"
    window.close()
    qtbot.mouseClick(editor.leaving.drop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE)


def test_a_style_of_the_program_is_not_overwritten(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    editor = edit(window, qtbot)
    assert editor.draft.row is None
    save(window, qtbot, "按材质")
    assert notices(window)[-1] == "styling.name_of_program"
    save(window, qtbot, "我的样式")
    assert notices(window)[-1] == "styling.saved"


def test_renamed_copied_and_deleted(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    editor = edit(window, qtbot)
    save(window, qtbot, "一")
    save(window, qtbot, "二")
    assert [each.name for each in saved_styles(register)] == ["二"]
    editor.duplicate()
    quiet(window, qtbot)
    assert editor.form.name.text() == "二 副本"
    save(window, qtbot, "三")
    assert sorted(each.name for each in saved_styles(register)) == ["三", "二"]
    editor.draft.delete()
    quiet(window, qtbot)
    assert [each.name for each in saved_styles(register)] == ["二"]
    assert scene(window).style.name == "diameter"
    assert notices(window)[-1] == "styling.deleted"


def test_a_style_goes_out_and_comes_in_as_a_file(
    open_town: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = open_town
    editor = edit(window, qtbot)
    choose(editor.form.field, "material")
    quiet(window, qtbot)
    name_it(editor.form, "材质图")
    path = tmp_path / "材质图.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    editor.ask_export()
    quiet(window, qtbot)
    assert notices(window)[-1] == "styling.written"
    assert path.read_text(encoding="utf-8").startswith('title = { zh = "材质图"')
    wanted = editor.draft.style
    editor.close_style()
    quiet(window, qtbot)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    window.parts.actions.trigger("style.import")
    quiet(window, qtbot)
    assert editor.draft.style == wanted
    assert scene(window).style == wanted


def test_a_file_that_is_no_style_is_told_and_nothing_changes(
    open_town: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = open_town
    path = tmp_path / "bad.toml"
    path.write_text("[[layer]]\nid = 'gas'\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    window.parts.actions.trigger("style.import")
    quiet(window, qtbot)
    assert notices(window)[-1] == "catalogue.not_one_of"
    assert not window.style_editor.is_open
    assert scene(window).style.name == "diameter"


def test_a_definition_broken_by_hand_is_told_and_the_map_goes_on(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session = window.parts.session
    broken = '[[layer]]\nid = "pipe"\nclassing = { field = "paint", method = "categories", palette = "tol" }'
    session.edit(Message("action.import"), lambda edit: _insert(edit, "旧样式", broken))
    quiet(window, qtbot)
    window.map.style_button.choice("旧样式").trigger()
    quiet(window, qtbot)
    assert notices(window)[-1] == "styling.no_field"
    assert window.parts.notifier.notices[-1].hint is not None
    assert scene(window).style.name == window.map.styles.name == "diameter"


def _insert(edit: object, name: str, definition: str) -> None:
    edit.insert(SAVED, {"name": name, "definition": definition})  # type: ignore[attr-defined]


def test_what_somebody_else_saves_is_in_the_menu_and_on_the_map(
    open_town: Window, town: Path, qtbot: QtBot
) -> None:
    window = open_town
    edit(window, qtbot)
    save(window, qtbot, "共用")
    with Register.open(town, actor="王工") as other:
        (row,) = saved_styles(other)
        definition = (
            row.definition.replace("width = 7", "width = 11") + "\n[[layer]]\n" + 'id = "leak"\nshown = true'
        )
        with other.edit(Message("styling.step.save", {"name": "共用"})) as edit_:
            edit_.update(SAVED, row.id, row.version, {"definition": definition})
            edit_.insert(SAVED, {"name": "王工的", "definition": 'base = "material"'})
    qtbot.waitUntil(lambda: "王工的" in menu_texts(window), timeout=PATIENCE)
    quiet(window, qtbot)
    leak = next(each for each in scene(window).style.layers if each.id == "leak")
    assert leak.shown
    assert window.style_editor.draft.style == scene(window).style


def menu_texts(window: Window) -> list[str]:
    return [action.text() for action in window.map.style_button.menu().actions()]


def test_the_style_is_found_again_next_time(open_town: Window, town: Path, qtbot: QtBot) -> None:
    window = open_town
    edit(window, qtbot)
    save(window, qtbot, "下次还用")
    window.style_editor.close_style()
    window.parts.session.close()
    settle(window, qtbot)
    window.dropped.emit([str(town)])
    qtbot.waitUntil(lambda: window.map.canvas.scene is not None, timeout=PATIENCE)
    quiet(window, qtbot)
    assert scene(window).style.name == window.map.styles.name == "下次还用"


def test_in_english_and_dark_nothing_is_missing(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    window.parts.language.use("en")
    window.parts.theme.use("dark")
    editor = edit(window, qtbot)
    assert unrendered(visible_texts(editor)) == []
    assert editor.form.name.text() == "Copy of By diameter"
    colour = QColor("#56B4E9")
    editor.form.table.classes.set_colour(0, colour)
    shown = editor.form.table.classes.colour(0)
    assert max(abs(shown.red() - 0x56), abs(shown.green() - 0xB4), abs(shown.blue() - 0xE9)) < 24


def test_the_legend_greys_what_is_not_drawn_and_says_from_which_scale(
    open_town: Window, qtbot: QtBot
) -> None:
    window = open_town
    model = window.desks["map"].panel.model  # type: ignore[attr-defined]

    def names() -> list[str]:
        return [model.index(n, NAME).data() for n in range(model.rowCount())]

    qtbot.waitUntil(lambda: "消火栓" in names(), timeout=PATIENCE)
    hydrants = names().index("消火栓")
    view = window.map.canvas.viewport
    for denominator, expected in ((20_000.0, "1:10000"), (2000.0, "")):
        window.map.canvas.go(view.centred(view.x, view.y, denominator * 0.0254 / 96))
        qtbot.wait(250)
        settle(window, qtbot)
        assert model.index(hydrants, LENGTH).data() == expected
    assert model.index(hydrants, COUNT).data() == "1"


def test_kilometres_in_view_are_those_inside_the_view(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    panel = window.desks["map"].panel
    window.map.canvas.go(window.map.canvas.viewport.centred(538150.0, 3016000.0, 0.1))
    panel.in_view_changed.emit(True)  # type: ignore[attr-defined]
    qtbot.wait(250)
    settle(window, qtbot)
    box = window.map.canvas.viewport.box
    metres = min(box.x1, 539000.0) - max(box.x0, 538000.0)
    model = panel.model  # type: ignore[attr-defined]
    assert model.index(0, LENGTH).data() == f"{metres / 1000:,.1f}"
    assert float(metres) < 1000.0
