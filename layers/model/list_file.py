"""Code lists as their TOML files describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from layers.model.code_list import MEANING, TONES, CodeEntry, CodeList, normalise
from layers.model.toml_file import Place, Reader, TomlFile
from layers.text import Title

_LONGEST_CODE = 16


def read_lists(folder: Path) -> dict[str, CodeList]:
    """Every code list of the catalogue in ``folder``, by name. Raises ``CatalogueError``."""
    own = _own_fields(folder)
    lists: dict[str, CodeList] = {}
    for path in sorted((folder / "code_lists").glob("*.toml")):
        file = TomlFile(path)
        code_list = _read_list(file, own)
        if code_list.name in lists:
            raise file.fail_at("catalogue.duplicate_list", "name =", list=code_list.name)
        lists[code_list.name] = code_list
    return lists


def _own_fields(folder: Path) -> dict[str, tuple[str, ...]]:
    """The names of the fields of every part: what an entry of a list with that part may say."""
    parts = [TomlFile(path).data for path in sorted((folder / "parts").glob("*.toml"))]
    return {
        part["part"]["name"]: tuple(field["name"] for field in part.get("field", ()) if "name" in field)
        for part in parts
        if "name" in part.get("part", {})
    }


def _read_list(file: TomlFile, own_fields: Mapping[str, tuple[str, ...]]) -> CodeList:
    top = Reader(file, file.data, Place())
    head = Reader(file, top.table("list"), Place("list"))
    rows = head.tables("entries")
    top.done()
    part = head.text("part") if head.has("part") else None
    own = own_fields.get(part, ()) if part else ()
    entries = tuple(_entry(file, row, number, own) for number, row in enumerate(rows))
    name = head.text("name")
    title = head.title("title")
    note = head.title("note") if head.has("note") else None
    extensible = not head.flag("closed")
    head.done()
    _refuse_shared_words(file, entries)
    return CodeList(name, title, entries, extensible, note, part, own)


def _entry(file: TomlFile, row: Mapping[str, Any], number: int, own: tuple[str, ...]) -> CodeEntry:
    words = f'code = "{row.get("code", "")}"'
    if unknown := set(row) - {"code", "zh", "en", "standard", "aliases", "tone", *own}:
        raise file.fail_at("catalogue.unknown_key", words, key=min(unknown))
    for key in ("code", "zh", "en"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise file.fail_at("catalogue.not_a_text", words, key=key)
    aliases = row.get("aliases", [])
    standard = row.get("standard")
    if not isinstance(aliases, list) or not all(isinstance(a, str) and a.strip() for a in aliases):
        raise file.fail_at("catalogue.not_texts", words, key="aliases")
    if standard is not None and not isinstance(standard, str):
        raise file.fail_at("catalogue.not_a_text", words, key="standard")
    if row.get("tone", "") not in TONES:
        raise file.fail_at("catalogue.unknown_tone", words, tone=str(row["tone"]), tones=TONES[1:])
    if len(row["code"]) > _LONGEST_CODE:
        raise file.fail_at("catalogue.code_too_long", words, code=row["code"], length=_LONGEST_CODE)
    title = Title(row["zh"], row["en"])
    position, tone = (number + 1) * 10, row.get("tone", "")
    for key in ("means", "stages"):
        if not isinstance(row.get(key, ""), str):
            raise file.fail_at("catalogue.not_a_text", words, key=key)
    meaning = {key: row[key] for key in own if key in row and key in MEANING}
    more = tuple((key, row[key]) for key in own if key in row and key not in MEANING)
    said = (row["code"], title, standard, tuple(aliases))
    return CodeEntry(*said, position=position, tone=tone, more=more, **meaning)


def _refuse_shared_words(file: TomlFile, entries: Iterable[CodeEntry]) -> None:
    """A word that names two entries could be read as either."""
    owners: dict[str, CodeEntry] = {}
    for entry in entries:
        for word in (entry.code, entry.title.zh, entry.title.en, *entry.aliases):
            owner = owners.setdefault(normalise(word), entry)
            if owner is not entry:
                raise file.fail_at(
                    "catalogue.duplicate_word",
                    f'code = "{entry.code}"',
                    word=word,
                    code=entry.code,
                    other=owner.code,
                )
