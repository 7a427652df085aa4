"""Record sheets: a lot as an Excel workbook or as CSV, to be filled in where there is nothing but a spreadsheet.

A line for each target in walking order, with its number, where it lies and the book's values beside blanks; assets
found new go below, without a record number.
``sheet_reading`` takes them back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.census.packages.scope import ROAD, Contents
from layers.census.packages.sheets.places import PLACES, SheetPlaces
from layers.census.words import RECORD
from layers.errors import UserError
from layers.exchange.table_writers import harmless
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field
from layers.reports.document import whole_file
from layers.reports.workbook import Formats, whole_workbook
from layers.text import Message, Texts

EXCEL, CSV = ".xlsx", ".csv"
ENDINGS = (EXCEL, CSV)
RECORD_KEY, CODE_KEY, BOOK, FIND, EAST, NORTH = "record", "code", "book:", "find:", "east", "north"
WALK, PLACE = "walk", "place:"
REST = ("outcome", "remark")
HIDDEN = "gisapp"
"""The sheet of a workbook, and the first cell of a CSV file, that say of which package it is."""
NEW_ROWS = 30
"""So many lines for assets found new have the lists of the others."""
_LONGEST = 31
_LONGEST_LIST = 250


@dataclass(frozen=True)
class Column:
    """A column by its key: what stands above it, and the field that its cells are values of."""

    key: str
    title: str
    field: Field | None = None

    @property
    def is_filled_in(self) -> bool:
        """Whether the team writes into it. What it may not, is not read when the sheet comes back."""
        return not self.key.startswith((BOOK, PLACE)) and self.key not in (WALK, RECORD_KEY, CODE_KEY)


def columns_of(
    asset_type: AssetType, fields: Sequence[Field], record_type: AssetType, texts: Texts
) -> list[Column]:
    """The columns of a type's sheet: what leads to a target, book and field for each of ``fields``, then what every
    record tells.
    """

    def head(name: str, **words: Any) -> str:
        return texts.render(Message(f"packages.sheet.{name}", words))

    code = asset_type.field_named(CODE_KEY).title[texts.language] if CODE_KEY in asset_type else ""
    columns = [Column(WALK, head("walk")), Column(CODE_KEY, code)]
    columns += [Column(f"{PLACE}{name}", head(name)) for name in PLACES if name in asset_type or name == ROAD]
    columns.append(Column(RECORD_KEY, head("record")))
    for field in fields:
        columns.append(Column(f"{BOOK}{field.name}", head("book", field=field.title), field))
        columns.append(Column(f"{FIND}{field.name}", head("found", field=field.title), field))
    for name in REST:
        field = record_type.field_named(name)
        columns.append(Column(name, field.title[texts.language], field))
    return [*columns, Column(EAST, head("east")), Column(NORTH, head("north"))]


def write_sheets(contents: Contents, code: str, path: Path, texts: Texts) -> tuple[Path, ...]:
    """Write the records of a lot to ``path``; the files written.

    A workbook has a sheet for each type. CSV has a file for each: ``path`` itself, or its name with the type's.
    Raises ``UserError`` when a file cannot be written, or there is one of the name: it may be the only copy.
    """
    paths = sheet_paths(contents, path, texts)
    kinds, places = _kinds(contents), SheetPlaces(contents, texts)
    if path.suffix.lower() == CSV:
        for each, at in zip(kinds, paths, strict=True):
            _write_csv(contents, code, each, texts, at, places)
        return paths
    with whole_workbook(path) as book:
        formats = Formats(book)
        for each in kinds:
            _write_type(book, formats, contents, each, texts, places)
        hidden = book.add_worksheet(HIDDEN)
        hidden.write_row(0, 0, [code, _version(contents)])
        hidden.hide()
    return paths


def sheet_paths(contents: Contents, path: Path, texts: Texts) -> tuple[Path, ...]:
    """The files that ``write_sheets`` would write. Raises ``UserError`` when one is there."""
    kinds = _kinds(contents)
    paths: tuple[Path, ...] = (path,)
    if path.suffix.lower() == CSV and len(kinds) > 1:
        paths = tuple(_beside(path, each, texts) for each in kinds)
    for each in paths:
        if each.exists():
            raise UserError(Message("packages.exists", {"place": each.name}), Message("packages.exists_hint"))
    return paths


def _kinds(contents: Contents) -> list[AssetType]:
    told = {record["target_type"] for record in contents.rows[RECORD].values()}
    return [contents.catalogue[name] for name in contents.asked if name in told]


def _beside(path: Path, asset_type: AssetType, texts: Texts) -> Path:
    return path.with_name(f"{path.stem}-{asset_type.title[texts.language]}{path.suffix}")


def _version(contents: Contents) -> int:
    return contents.form.version if contents.form else 1


def _write_csv(
    contents: Contents, code: str, asset_type: AssetType, texts: Texts, path: Path, places: SheetPlaces
) -> None:
    columns = columns_of(asset_type, _fields(contents, asset_type), contents.catalogue[RECORD], texts)
    first = [texts.render(Message("packages.sheet.package")), code, asset_type.title[texts.language]]
    with whole_file(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*first, _version(contents)])
        writer.writerow([harmless(column.title) for column in columns])
        for row in _rows(contents, asset_type, columns, texts.language, places):
            writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in row])


def _write_type(
    book: Any,
    formats: Formats,
    contents: Contents,
    asset_type: AssetType,
    texts: Texts,
    places: SheetPlaces,
) -> None:
    columns = columns_of(asset_type, _fields(contents, asset_type), contents.catalogue[RECORD], texts)
    sheet = book.add_worksheet(asset_type.title[texts.language][:_LONGEST])
    sheet.write_row(0, 0, [column.key for column in columns])
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_row(1, 0, [column.title for column in columns], formats(bold=True, text_wrap=True, bottom=1))
    sheet.freeze_panes(2, 2)
    sheet.set_column(0, len(columns) - 1, 14)
    quiet, last = formats(font_color="#777777"), 1
    for last, row in enumerate(_rows(contents, asset_type, columns, texts.language, places), 2):
        for at, cell in enumerate(row):
            if cell != "":
                sheet.write(last, at, cell, quiet)
    for at, column in enumerate(columns):
        if column.is_filled_in:
            _offer(sheet, at, last + NEW_ROWS, column.field, texts.language)


def _rows(
    contents: Contents, asset_type: AssetType, columns: Sequence[Column], language: str, places: SheetPlaces
) -> Iterator[list[str | int]]:
    for record in _records(contents, asset_type.name, places):
        asset = places.target_of(record)
        row: list[str | int] = []
        for column in columns:
            key = column.key
            cell: str | int | None = None
            if key == WALK:
                cell = places.numbers.get(record.id)
            elif key == RECORD_KEY:
                cell = record.id
            elif key == CODE_KEY:
                cell = str((asset or record).get("code") or record["provisional_code"] or "")
            elif key.startswith(PLACE):
                cell = places.told(record, key.removeprefix(PLACE))
            elif key.startswith(BOOK) and asset is not None and column.field is not None:
                value = asset.values.get(column.field.name)
                cell = None if value is None else column.field.show(value, language)
            row.append("" if cell is None else cell)
        yield row


def _records(contents: Contents, type_name: str, places: SheetPlaces) -> list[Asset]:
    """Those of a type as they are walked; what has no number comes last."""
    numbers = places.numbers
    records = [record for record in contents.rows[RECORD].values() if record["target_type"] == type_name]
    return sorted(records, key=lambda each: (each.id not in numbers, numbers.get(each.id, 0), each.id))


def _offer(sheet: Any, column: int, last: int, field: Field | None, language: str) -> None:
    if isinstance(field, ChoiceField):
        titles = [entry.title[language] for entry in field.code_list.entries if entry.active]
        if len(",".join(titles)) <= _LONGEST_LIST:
            sheet.data_validation(2, column, last, column, {"validate": "list", "source": titles})


def _fields(contents: Contents, asset_type: AssetType) -> list[Field]:
    chosen = () if contents.form is None else contents.form.fields.get(asset_type.name, ())
    return [asset_type.field_named(name) for name in chosen if name in asset_type]
