"""Record sheets: a lot as an Excel workbook to be filled in where there is nothing but a spreadsheet, and back.

What comes back is written into a copy of the package's base, and is checked in like any other package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from layers.census.packages.base import Shelf
from layers.census.packages.scope import Contents
from layers.census.values import as_text
from layers.census.words import FOUND, PLANNED, RECORD, VISITED
from layers.errors import UserError
from layers.model.catalogue import AssetType, Catalogue
from layers.model.fields import ChoiceField, Field, ValueRefused
from layers.register import Register
from layers.reports.workbook import Formats, whole_workbook
from layers.store import gpkg
from layers.store.packages import PackageFile, write_values
from layers.store.schema import build_schema
from layers.text import Message, Texts

ENDING = ".xlsx"
_KEY, _FIND, _REST = "record", "find:", ("outcome", "remark")
_HIDDEN = "gisapp"
_LONGEST = 31
_LONGEST_LIST = 250


def write_sheets(contents: Contents, code: str, path: Path, texts: Texts) -> None:
    """Write the records of a lot to ``path``: a sheet for each type, the book's values beside blanks to fill in.

    Raises ``UserError`` when the file cannot be written.
    """
    with whole_workbook(path) as book:
        formats = Formats(book)
        for name in contents.asked:
            _write_type(book, formats, contents, contents.catalogue[name], texts)
        hidden = book.add_worksheet(_HIDDEN)
        hidden.write_row(0, 0, [code, contents.form.version if contents.form else 1])
        hidden.hide()


def _write_type(book: Any, formats: Formats, contents: Contents, asset_type: AssetType, texts: Texts) -> None:
    language = texts.language
    records = [r for r in contents.rows[RECORD].values() if r["target_type"] == asset_type.name]
    records.sort(key=lambda record: (record["sequence"] is None, record["sequence"] or 0, record.id))
    fields = _fields(contents, asset_type)
    rest = [contents.catalogue[RECORD].field_named(name) for name in _REST]
    names = [_KEY, "", *(part for f in fields for part in ("", f"{_FIND}{f.name}")), *_REST]
    heads = [
        texts.render(Message("packages.sheet.record")),
        asset_type.field_named("code").title[language] if "code" in asset_type else "",
        *(
            texts.render(Message(f"packages.sheet.{side}", {"field": f.title}))
            for f in fields
            for side in ("book", "found")
        ),
        *(f.title[language] for f in rest),
    ]
    sheet = book.add_worksheet(asset_type.title[language][:_LONGEST])
    sheet.write_row(0, 0, names)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_row(1, 0, heads, formats(bold=True, text_wrap=True, bottom=1))
    sheet.freeze_panes(2, 2)
    sheet.set_column(0, len(heads) - 1, 14)
    quiet = formats(font_color="#777777")
    for number, record in enumerate(records, 2):
        id = str(record["target"] or "").partition(":")[2]
        asset = contents.rows[asset_type.name].get(int(id)) if id.isdigit() else None
        sheet.write_number(number, 0, record.id, quiet)
        sheet.write(number, 1, "" if asset is None else str(asset.get("code") or ""), quiet)
        for at, field in enumerate(fields):
            value = None if asset is None else asset.values.get(field.name)
            sheet.write(number, 2 + 2 * at, field.show(value, language) if value is not None else "", quiet)
    for at, field in ((names.index(f"{_FIND}{f.name}"), f) for f in fields):
        _offer(sheet, at, len(records), field, language)
    _offer(sheet, names.index("outcome"), len(records), rest[0], language)


def _offer(sheet: Any, column: int, count: int, field: Field, language: str) -> None:
    if isinstance(field, ChoiceField) and count:
        titles = [entry.title[language] for entry in field.code_list.entries if entry.active]
        if len(",".join(titles)) <= _LONGEST_LIST:
            sheet.data_validation(2, column, count + 1, column, {"validate": "list", "source": titles})


def _fields(contents: Contents, asset_type: AssetType) -> list[Field]:
    chosen = () if contents.form is None else contents.form.fields.get(asset_type.name, ())
    return [asset_type.field_named(name) for name in chosen if name in asset_type]


def package_of(register: Register, shelf: Shelf, sheets: Path, out: Path) -> None:
    """Write to ``out`` the package that the workbook ``sheets`` stands for: its base with what was filled in.

    Raises ``UserError`` for what is no record sheet, a base that is gone, and a cell that cannot be read.
    """
    book = _open(sheets)
    code = str(_rows(book, _HIDDEN, sheets)[0][0])
    base = shelf.base(code)
    if not base.is_file():
        raise UserError(Message("packages.base_lost", {"code": code}), Message("packages.base_lost_hint"))
    schema = build_schema(register.catalogue, gpkg.srid_of(register.crs))
    file = PackageFile(base, schema)
    try:
        records = file.rows(RECORD)
        updates: dict[int, dict[str, Any]] = {}
        for name in book.sheet_names:
            if name != _HIDDEN:
                for id, values in _filled_in(register.catalogue, _rows(book, name, sheets), records, name):
                    updates[id] = values
    finally:
        file.close()
    write_values(base, out, schema, RECORD, updates)


def _filled_in(
    catalogue: Catalogue, rows: Sequence[Sequence[Any]], records: Any, sheet: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    names = [str(name) for name in rows[0]]
    for number, row in enumerate(rows[2:], 3):
        cells = dict(zip(names, row, strict=False))
        try:
            id = int(float(cells.get(_KEY) or 0))
        except ValueError:
            continue
        if id not in records:
            continue
        record = records[id]
        asset_type = catalogue[record["target_type"]]
        own = catalogue[RECORD]
        found = {}
        for name, cell in cells.items():
            if name.startswith(_FIND) and cell not in ("", None):
                field = asset_type.field_named(name.removeprefix(_FIND))
                found[field.name] = _parsed(field, cell, sheet, number)
        given = {
            name: _parsed(own.field_named(name), cells[name], sheet, number)
            for name in _REST
            if cells.get(name) not in ("", None)
        }
        if found or given:
            state = VISITED if record["state"] in (None, PLANNED) else record["state"]
            outcome = given.get("outcome") or record["outcome"] or FOUND
            text = as_text(found) if found else record["found"]
            yield id, {**given, "state": state, "outcome": outcome, "found": text}


def _parsed(field: Field, cell: Any, sheet: str, number: int) -> Any:
    value = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    try:
        return field.parse(str(value))
    except ValueRefused as error:
        where = {"sheet": sheet, "row": number, "field": field.title, "value": str(value)}
        raise UserError(Message("packages.sheet.cell", where), Message("packages.sheet.cell_hint")) from error


def _open(path: Path) -> Any:
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise UserError(
            Message("packages.damaged", {"place": path.name}), Message("packages.damaged_hint")
        ) from error
    if _HIDDEN not in book.sheet_names:
        known = {"place": path.name, "code": "?"}
        raise UserError(Message("packages.unknown", known), Message("packages.unknown_hint"))
    return book


def _rows(book: Any, name: str, path: Path) -> list[list[Any]]:
    rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if not rows or (name != _HIDDEN and len(rows) < 2):
        raise UserError(Message("packages.damaged", {"place": path.name}), Message("packages.damaged_hint"))
    return rows
