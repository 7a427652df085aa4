"""Forms and styles for QGIS and QField, kept in the package itself: they are there as soon as a layer is opened.

Written as QGIS writes its own (table ``layer_styles``, QML of 3.22): titles for names, lists for codes, only the fields
of the campaign's form, and what the program keeps for itself out of sight.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree

from layers.census.packages.scope import Contents
from layers.census.words import DEFECT, RECORD, REPORT
from layers.model.catalogue import AssetType
from layers.model.fields import BooleanField, ChoiceField, Field, LinkField, format_instant
from layers.model.outline import GEOMETRY

TABLE = "layer_styles"
COLUMNS = {
    "id": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
    "f_table_catalog": "TEXT(256)",
    "f_table_schema": "TEXT(256)",
    "f_table_name": "TEXT(256)",
    "f_geometry_column": "TEXT(256)",
    "styleName": "TEXT(30)",
    "styleQML": "TEXT",
    "styleSLD": "TEXT",
    "useAsDefault": "BOOLEAN",
    "description": "TEXT",
    "owner": "TEXT(30)",
    "ui": "TEXT(30)",
    "update_time": "DATETIME",
}

_NAME = "gisapp"
_TO_DO, _DONE, _PLAIN = "230,159,0,255", "0,158,115,255", "0,114,178,255"
_MARKER = {
    "point": ("marker", "SimpleMarker"),
    "line": ("line", "SimpleLine"),
    "polygon": ("fill", "SimpleFill"),
}
_FILLED_IN = (RECORD, DEFECT, REPORT)
_SYSTEM = ("row_version", "source_id", "source_key", "source_hash")


def style_rows(contents: Contents, language: str = "zh") -> list[Sequence[object]]:
    """The rows of ``layer_styles`` for what a team works with."""
    at = format_instant(datetime.datetime.now(datetime.UTC))
    rows: list[Sequence[object]] = []
    for number, name in enumerate((*contents.asked, *_FILLED_IN), 1):
        if name not in contents.catalogue:
            continue
        asset_type = contents.catalogue[name]
        qml = qml_of(asset_type, _asked(contents, asset_type), language)
        geometry = GEOMETRY if asset_type.shape else ""
        rows.append((number, "", "", name, geometry, _NAME, qml, "", True, "", "", None, at))
    return rows


def qml_of(asset_type: AssetType, asked: Iterable[str], language: str = "zh") -> str:
    """The QML of one layer: its symbols, and a form of the fields ``asked``."""
    root = ElementTree.Element(
        "qgis", {"version": "3.22.0", "styleCategories": "Symbology|Fields|Forms|AttributeTable"}
    )
    if asset_type.shape is not None:
        _renderer(root, asset_type)
    shown = list(asked)
    fields = ElementTree.SubElement(root, "fieldConfiguration")
    aliases = ElementTree.SubElement(root, "aliases")
    form = ElementTree.Element("attributeEditorForm")
    editable = ElementTree.Element("editable")
    for index, field in enumerate(asset_type.columns, 1):
        _widget(fields, field, field.name in shown, language)
        ElementTree.SubElement(
            aliases, "alias", {"field": field.name, "index": str(index), "name": field.title[language]}
        )
    for name in _SYSTEM:
        _hidden(fields, name)
    for name in shown:
        ElementTree.SubElement(form, "attributeEditorField", {"name": name, "index": "-1", "showLabel": "1"})
    ElementTree.SubElement(root, "editorlayout").text = "tablayout"
    root.extend([editable, form])
    label = next((name for name in asset_type.label_fields if name in asset_type), "fid")
    ElementTree.SubElement(root, "previewExpression").text = f'"{label}"'
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ElementTree.tostring(
        root, encoding="unicode"
    )


def _asked(contents: Contents, asset_type: AssetType) -> list[str]:
    """The code first, then the campaign's fields; all that somebody can fill in where no form is set."""
    chosen = None if contents.form is None else contents.form.fields.get(asset_type.name)
    names = (
        [field.name for field in asset_type.columns if not isinstance(field, LinkField)]
        if chosen is None
        else list(chosen)
    )
    first = [name for name in ("code", "target") if name in asset_type and name not in names]
    last = ["remark"] if "remark" in asset_type and "remark" not in names else []
    return [*first, *(name for name in names if name in asset_type), *last]


def _widget(parent: ElementTree.Element, field: Field, is_shown: bool, language: str) -> None:
    if not is_shown:
        _hidden(parent, field.name)
        return
    kind, options = "TextEdit", ElementTree.Element("Option", {"type": "Map"})
    if isinstance(field, ChoiceField):
        kind = "ValueMap"
        each = ElementTree.SubElement(options, "Option", {"name": "map", "type": "List"})
        for title, code in _entries(field, language):
            one = ElementTree.SubElement(each, "Option", {"type": "Map"})
            ElementTree.SubElement(one, "Option", {"name": title, "value": code, "type": "QString"})
    elif isinstance(field, BooleanField):
        kind = "CheckBox"
    _put_widget(parent, field.name, kind, options)


def _entries(field: ChoiceField, language: str) -> Iterator[tuple[str, str]]:
    if not field.required:
        # QGIS's own word for NULL in a list of values.
        yield "\u2014", "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
    for entry in field.code_list.entries:
        if entry.active:
            yield entry.title[language], entry.code


def _hidden(parent: ElementTree.Element, name: str) -> None:
    _put_widget(parent, name, "Hidden", ElementTree.Element("Option"))


def _put_widget(parent: ElementTree.Element, name: str, kind: str, options: ElementTree.Element) -> None:
    field = ElementTree.SubElement(parent, "field", {"name": name, "configurationFlags": "None"})
    widget = ElementTree.SubElement(field, "editWidget", {"type": kind})
    ElementTree.SubElement(widget, "config").append(options)


def _renderer(root: ElementTree.Element, asset_type: AssetType) -> None:
    """One symbol, or for records two: still to be visited, and visited."""
    if asset_type.name != RECORD:
        renderer = ElementTree.SubElement(root, "renderer-v2", {"type": "singleSymbol"})
        _symbol(ElementTree.SubElement(renderer, "symbols"), "0", asset_type, _PLAIN)
        return
    state = asset_type.field_named("state")
    renderer = ElementTree.SubElement(root, "renderer-v2", {"type": "categorizedSymbol", "attr": "state"})
    categories = ElementTree.SubElement(renderer, "categories")
    symbols = ElementTree.SubElement(renderer, "symbols")
    entries = state.code_list.entries if isinstance(state, ChoiceField) else ()
    for number, entry in enumerate(entries):
        given = {"symbol": str(number), "value": entry.code, "label": entry.title.zh, "render": "true"}
        ElementTree.SubElement(categories, "category", given)
        _symbol(symbols, str(number), asset_type, _TO_DO if number == 0 else _DONE)


def _symbol(parent: ElementTree.Element, name: str, asset_type: AssetType, colour: str) -> None:
    kind, layer = _MARKER[asset_type.shape or "point"]
    symbol = ElementTree.SubElement(parent, "symbol", {"name": name, "type": kind, "alpha": "1"})
    drawn = ElementTree.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "pass": "0"})
    options = ElementTree.SubElement(drawn, "Option", {"type": "Map"})
    values = {
        "point": {"color": colour, "outline_color": "255,255,255,255", "size": "3.2", "name": "circle"},
        "line": {"line_color": colour, "line_width": "0.7"},
        "polygon": {"color": colour, "style": "no", "outline_color": colour, "outline_width": "0.5"},
    }[asset_type.shape or "point"]
    for key, value in values.items():
        ElementTree.SubElement(options, "Option", {"name": key, "value": value, "type": "QString"})
        ElementTree.SubElement(drawn, "prop", {"k": key, "v": value})
