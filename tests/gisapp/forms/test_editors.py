"""One contract for the editor of every field of the catalogue, and the form made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.editors.calendar import CalendarPopup
from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.editors.offering import OfferEdit, make_editor
from gisapp.forms.editors.offers import Give, Offer
from gisapp.forms.showing import exact_words, value_words
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue_file import load_catalogue
from layers.model.draft import Draft, form_fields
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    InstantField,
    IntegerField,
    LinkField,
    NumberField,
    TextField,
)

CATALOGUE = load_catalogue()
LEFT = Qt.MouseButton.LeftButton


class _Targets:
    """Two assets to link to, and a map to click on."""

    def __init__(self) -> None:
        self.pointed: list[LinkField] = []

    def find(self, field: LinkField, text: str, give: Give) -> None:
        value: Any = f"{field.targets[0]}:7" if field.several else 7
        give([Offer(value, "七号", "12 m")] if text in ("", "七") else [])

    def name(self, field: LinkField, value: Any, give: Callable[[str], None]) -> None:
        give(f"名 {value}")

    def can_point(self, field: LinkField) -> bool:
        return True

    def point(self, field: LinkField, take: Callable[[Any], None]) -> None:
        self.pointed.append(field)
        take(f"{field.targets[-1]}:9" if field.several else 9)


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    made = Language("zh")
    yield made
    made.deleteLater()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme("light")
    yield made
    made.deleteLater()


def _sample(field: Field) -> Any:
    """A value that the field takes."""
    match field:
        case ChoiceField():
            return field.code_list.entries[-1].code
        case BooleanField():
            return True
        case DateField():
            return "1998-06"
        case InstantField():
            return "2023-09-15T06:30:00.000Z"
        case LinkField():
            return f"{field.targets[0]}:7" if field.several else 7
        case IntegerField():
            return int(field.minimum if field.minimum is not None else 3)
        case NumberField():
            return 12345.5 if field.maximum is None else float(field.maximum)
    return "甲"


def test_every_field_shows_its_value_and_reads_it_back(
    language: Language, theme: Theme, qtbot: QtBot
) -> None:
    popup = OfferList(language, theme)
    qtbot.addWidget(popup)
    kinds = set()
    for asset_type in CATALOGUE:
        if asset_type.name.startswith("c_") and asset_type.name != "c_material":
            continue  # all lists have the same fields
        for field in form_fields(asset_type):
            value = _sample(field)
            if isinstance(field, TextField) and field.pattern is not None:
                continue
            assert not [p for p in field.check(value) if p.severity == "error"], (asset_type.name, field.name)
            editor = make_editor(language, theme, field, popup, _Targets())
            shown, exact = (language.render(words(field, value)) for words in (value_words, exact_words))
            editor.show_value(value, shown, exact)
            assert editor.text() == shown != ""
            assert not editor.is_typing
            # What is typed comes out as typed, and the exact text is the value again.
            heard: list[str] = []
            editor.typed.connect(heard.append)
            editor.setText(exact)
            editor.textEdited.emit(exact)
            editor.commit()
            assert field.parse(exact) == value or isinstance(field, LinkField)
            kinds.add((field.kind, type(editor)))
            editor.deleteLater()
    listed = {"choice", "boolean", "date", "link"}
    assert {kind for kind, editor in kinds if editor is OfferEdit} == listed
    assert {"text", "integer", "number", "length", "instant"} <= {k for k, e in kinds if e is FlatEdit}


@pytest.fixture
def form(language: Language, theme: Theme, qtbot: QtBot) -> AssetForm:
    made = AssetForm(language, theme, _Targets())
    qtbot.addWidget(made)
    made.resize(320, 900)
    return made


def _activate(form: AssetForm, qtbot: QtBot) -> None:
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()


def test_a_new_asset_is_filled_in_with_the_keyboard(form: AssetForm, qtbot: QtBot) -> None:
    draft = Draft(CATALOGUE["hydrant"], {"road": "解放巷", "feed_dn": 100}, is_new=True)
    form.show_draft(draft)
    _activate(form, qtbot)
    assert form.rows["road"].editor.text() == "解放巷"
    assert form.rows["code"].editor.isVisible()
    assert draft.errors == ()

    kind = form.row("hydrant_type").editor
    kind.setFocus()
    qtbot.keyClick(kind, Qt.Key.Key_Down)
    assert kind.is_open
    assert [offer.value for offer in form.popup.offers][:2] == ["above", "below"]
    qtbot.keyClick(kind, Qt.Key.Key_Down)
    qtbot.keyClick(kind, Qt.Key.Key_Down)
    qtbot.keyClick(kind, Qt.Key.Key_Return)
    assert draft.values["hydrant_type"] == "below"
    assert not form.popup.isVisible()
    qtbot.keyClick(kind, Qt.Key.Key_Return)
    assert not kind.hasFocus()

    buried = form.row("buried").editor
    buried.setFocus()
    qtbot.keyClicks(buried, "y")
    qtbot.keyClick(buried, Qt.Key.Key_Return)
    assert draft.values["buried"] is True

    # A date as exactly as it is known: from the day to the decade and to nothing, and live what follows from it.
    date = form.row("last_test_date").editor
    date.setFocus()
    qtbot.keyClicks(date, "2009-06-15")
    words = [form.language.render(offer.words) for offer in form.popup.offers]
    assert words == ["2009-06-15", "2009-06", "2009", "2000年代", "不详", "从日历中选…"]
    form.popup.chosen.emit(form.popup.offers[2])
    assert draft.values["last_test_date"] == "2009"
    assert draft.errors == ()

    # A link by name; a text that names nothing is kept and marked.
    well = form.row("well").editor
    well.setFocus()
    well.open_list("")
    assert [offer.value for offer in form.popup.offers] == [7, None]
    form.popup.chosen.emit(form.popup.offers[0])
    assert (draft.values["well"], well.text()) == (7, "七号")
    form.popup.hide()
    well.open_list("")
    form.popup.chosen.emit(form.popup.offers[-1])
    assert (draft.values["well"], well.text()) == (9, "名 9")
    well.selectAll()
    qtbot.keyClicks(well, "x9")
    form.row("code").editor.setFocus()
    assert draft.refused("well") == "x9"
    assert well.property("state") == "wrong"
    well.setFocus()
    assert form.escape()
    assert draft.refused("well") is None

    # Where a value comes from.
    form.row("feed_dn_origin").editor.setFocus()
    qtbot.keyClicks(form.rows["feed_dn_origin"].editor, "pchs")
    qtbot.keyClick(form.rows["feed_dn_origin"].editor, Qt.Key.Key_Return)
    assert draft.values["feed_dn_origin"] == "census"
    assert form.rows["feed_dn"].tile.text() == "普"


def test_a_link_to_several_types_and_reading_only(form: AssetForm, qtbot: QtBot) -> None:
    attachment = CATALOGUE["attachment"]
    draft = Draft(attachment, {"target": "pipe:3", "file_name": "a.jpg", "sha256": "0" * 64})
    form.show_draft(draft, {("target", "pipe:3"): "GD-3"})
    _activate(form, qtbot)
    editor = form.rows["target"].editor
    assert editor.text() == "GD-3"
    editor.setFocus()
    editor.open_list("")
    form.popup.chosen.emit(form.popup.offers[0])
    assert draft.values["target"] == "pipe:7"
    form.show_draft(draft, {("target", "pipe:7"): "GD-7"}, writable=False)
    form.draft.revert()
    form.refresh()
    editor.setFocus()
    qtbot.keyClicks(editor, "abc")
    qtbot.mouseClick(editor, LEFT)
    assert not editor.is_open
    assert draft.changed == ()


def test_nothing_of_a_form_is_left_in_the_other_language(form: AssetForm, qtbot: QtBot) -> None:
    draft = Draft(CATALOGUE["pipe"], {"code": "GD-1", "dn": 100, "material": "DI"})
    form.show_draft(draft)
    form.show()
    form.language.use("en")
    assert form.rows["material"].editor.text() == "Ductile iron"
    draft.enter("dn", "99999")
    form.refresh()
    assert "outside" in form.rows["dn"].note_text or "range" in form.rows["dn"].note_text


def test_a_day_is_clicked_in_a_month(form: AssetForm, qtbot: QtBot) -> None:
    draft = Draft(CATALOGUE["pipe"], {"laid_date": "1998-06"}, is_new=True)
    form.show_draft(draft)
    _activate(form, qtbot)
    editor = form.row("laid_date").editor
    assert isinstance(editor, OfferEdit)
    editor.setFocus()
    editor.open_list()
    popup = editor._popup
    (calendar,) = (offer for offer in popup.offers if offer.act is not None)
    assert calendar.act is not None
    calendar.act()
    month = editor.findChild(CalendarPopup)
    assert month is not None
    assert month.month.selectedDate() == QDate(1998, 6, 1)
    month.month.clicked.emit(QDate(1998, 6, 30))
    assert draft.value("laid_date") == "1998-06-30"
    assert not month.isVisible()
