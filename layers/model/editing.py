"""What the catalogue says of a type for drawing and mending it: how it sits on lines, what ends and follows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from layers.model.toml_file import Reader

Way = Literal["cut", "vertex", "beside"]
"""How a thing is put on a line: the line is cut in two there, gets a vertex there, or stays as it is."""


@dataclass(frozen=True)
class EndFields:
    """The fields of a line that speak of one of its ends; each may be missing."""

    number: str | None = None
    depth: str | None = None
    elevation: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.number, self.depth, self.elevation) if name is not None)


@dataclass(frozen=True)
class EditingWords:
    """The words of a type's ``[editing]`` table.

    ``conducts``: a line of the network, on which others hang. ``on_line``: how a point, or the end of a line, is put
    on such a line; ``ways`` tells it for single kinds. ``alike``: fields that two lines must share to become one
    without a question. ``shared_out``: lengths that are divided when a line is cut and added when two become one.
    ``start``, ``end``: what is said of the ends. ``point_number``: the number of a point that lines name in ``start``
    and ``end``. ``own``: fields that are never copied to another asset. ``asked``: the fields one is asked for while
    drawing. ``status``, ``gone``, ``retired``, ``retired_date``, ``successor``: how an asset's end is written down;
    ``begun``: the date of its beginning. ``from_line``: blank fields that a point takes over from the line it is put
    on. ``directed``: kinds whose direction is that of the line they stand on. ``fitting``: a part of the line it
    stands on (a bend, a tee), which goes when that goes.
    """

    conducts: bool = False
    on_line: Way | None = None
    ways: Mapping[str, Way] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    shared_out: tuple[str, ...] = ()
    start: EndFields = EndFields()
    end: EndFields = EndFields()
    point_number: str | None = None
    own: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    status: str | None = None
    gone: tuple[str, ...] = ()
    retired: str | None = None
    retired_date: str | None = None
    successor: str | None = None
    begun: str | None = None
    from_line: tuple[str, ...] = ()
    directed: tuple[str, ...] = ()
    fitting: bool = False

    def way(self, kind: Any = None) -> Way | None:
        """How an asset of this ``kind`` (the value of the type's kind field) is put on a line."""
        return self.ways.get(kind, self.on_line) if self.on_line is not None else None

    def named_fields(self) -> tuple[str, ...]:
        """Every field that the words name; the type must have them."""
        single = (self.point_number, self.status, self.retired_date, self.successor, self.begun)
        named = (*self.alike, *self.shared_out, *self.own, *self.asked, *self.from_line)
        named += (*self.start.names, *self.end.names)
        return (*named, *(name for name in single if name is not None))

    def over(self, other: EditingWords) -> EditingWords:
        """These words, and where they are silent those of ``other``; ``own`` fields add up."""
        plain = EditingWords()
        said = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(plain, f.name)
        }
        said["own"] = tuple(dict.fromkeys((*other.own, *self.own)))
        return replace(other, **said)


def read_editing(reader: Reader) -> EditingWords:
    """The words of one ``[editing]`` table. Raises ``CatalogueError``."""
    said: dict[str, Any] = {}
    for name in ("point_number", "status", "retired", "retired_date", "successor", "begun"):
        if reader.has(name):
            said[name] = reader.text(name)
    for name in ("alike", "shared_out", "own", "asked", "gone", "from_line", "directed"):
        said[name] = reader.texts(name)
    if reader.has("on_line"):
        said["on_line"] = reader.one_of("on_line", get_args(Way))
    said["conducts"] = reader.flag("conducts")
    said["fitting"] = reader.flag("fitting")
    said["ways"] = _ways(reader)
    for name in ("start", "end"):
        said[name] = _end_fields(reader, name)
    reader.done()
    return EditingWords(**said)


def _ways(reader: Reader) -> Mapping[str, Way]:
    table = reader.table("ways")
    _allow(reader, "ways", table.values(), get_args(Way))
    return dict(table)


def _end_fields(reader: Reader, key: str) -> EndFields:
    table = reader.table(key)
    _allow(reader, key, table, [f.name for f in fields(EndFields)])
    return EndFields(**table)


def _allow(reader: Reader, key: str, said: Collection[Any], allowed: Collection[str]) -> None:
    for word in said:
        if word not in allowed:
            raise reader.fail("catalogue.not_one_of", key, value=word, allowed=tuple(allowed))
