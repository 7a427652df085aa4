"""The kinds of fields. A field parses, checks, formats and names its storage: the only validator there is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from layers.model import edtf
from layers.model.asset import AssetKey
from layers.model.code_list import CodeEntry, CodeList
from layers.model.field import BLANK, Field, Storage, StorageKind, ValueRefused, plain_text
from layers.model.number_fields import IntegerField, LengthField, NumberField, NumericField
from layers.model.problem import Problem

__all__ = [
    "FIELD_KINDS",
    "AttachmentField",
    "BooleanField",
    "ChoiceField",
    "DateField",
    "Field",
    "GeometryField",
    "InstantField",
    "IntegerField",
    "LengthField",
    "LinkField",
    "NumberField",
    "NumericField",
    "Storage",
    "StorageKind",
    "TextField",
    "ValueRefused",
    "format_instant",
]

_TRUE = frozenset({"1", "1.0", "true", "t", "yes", "y", "是", "有", "√", "✓", "开"})
_FALSE = frozenset({"0", "0.0", "false", "f", "no", "n", "否", "无", "×", "关"})
_BAD_CHARACTERS = re.compile("[\0\ud800-\udfff]")
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Text of at most ``length`` characters, optionally of one ``pattern``."""

    kind: ClassVar[str] = "text"
    length: int = 200
    pattern: str | None = None

    @property
    def storage(self) -> Storage:
        return Storage("text", self.length)

    def _parse(self, text: Any) -> str | None:
        return plain_text(text) or None

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or _BAD_CHARACTERS.search(value):
            yield self.problem("not_text", "error", value)
        elif value.strip() != value or value in self.blank_words:
            yield self.problem("blank_text", "error", value)
        elif len(value) > self.length:
            yield self.problem("too_long", "error", value, length=self.length, actual=len(value))
        elif self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            yield self.problem("bad_form", "error", value, pattern=self.pattern)


@dataclass(frozen=True, kw_only=True)
class ChoiceField(Field):
    """One entry of a code list; the entry's code is stored."""

    kind: ClassVar[str] = "choice"
    code_list: CodeList

    @property
    def storage(self) -> Storage:
        return Storage("text", 16)

    def parse(self, text: Any) -> Any:
        # A list may have an entry for what is blank elsewhere.
        if isinstance(text, str) and text.strip() in self.blank_words and self._find(text) is None:
            return None
        return None if text is None or text != text else self._parse(text)

    def format(self, value: Any, language: str = "zh") -> str:
        entry = None if value is None else self.code_list.get(value)
        if entry is None:
            return super().format(value, language)
        title = entry.title[language]
        # A company may give two entries one title: then the code tells them apart.
        return title if self.code_list.find(title) is entry else entry.code

    def show(self, value: Any, language: str = "zh") -> str:
        entry = None if value is None else self.code_list.get(value)
        return entry.title[language] if entry else super().format(value, language)

    def _find(self, text: Any) -> CodeEntry | None:
        word = plain_text(text)
        return self.code_list.get(word) or self.code_list.find(word)

    def _parse(self, text: Any) -> str:
        entry = self._find(text)
        if entry is None:
            raise ValueRefused(self.problem("not_in_list", "error", text, list=self.code_list.title))
        return entry.code

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or self.code_list.get(value) is None:
            yield self.problem("not_in_list", "error", value, list=self.code_list.title)


@dataclass(frozen=True, kw_only=True)
class BooleanField(Field):
    """Yes or no."""

    kind: ClassVar[str] = "boolean"
    blank_words: ClassVar[frozenset[str]] = BLANK - {"无"}

    @property
    def storage(self) -> Storage:
        return Storage("boolean")

    def format(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")

    def _parse(self, text: Any) -> bool:
        word = str(text).lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise ValueRefused(self.problem("not_yes_or_no", "error", text))

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield self.problem("not_yes_or_no", "error", value)


@dataclass(frozen=True, kw_only=True)
class DateField(Field):
    """A date known to the day, month, year, decade or not at all (see ``layers.model.edtf``).

    ``not_future``: it tells what has happened, so that a day to come is a mistake.
    """

    kind: ClassVar[str] = "date"
    not_future: bool = False

    @property
    def storage(self) -> Storage:
        return Storage("text", 10)

    def format(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        if value == edtf.UNKNOWN:
            return "不详" if language == "zh" else "unknown"
        if str(value).endswith("X"):
            return f"{value[:3]}0年代" if language == "zh" else f"{value[:3]}0s"
        return str(value)

    def _parse(self, text: Any) -> str:
        if isinstance(text, datetime.datetime):
            text = text.date()
        if isinstance(text, datetime.date):
            return text.isoformat()
        stored = None if isinstance(text, bool) else edtf.parse(plain_text(text))
        if stored is None:
            raise ValueRefused(self.problem("not_a_date", "error", text))
        return stored

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not edtf.is_valid(value):
            yield self.problem("not_a_date", "error", value)
        elif self.not_future and (day := edtf.earliest(value)) is not None and day > datetime.date.today():
            yield self.problem("in_future", "error", value)
        elif not edtf.is_usual(value):
            yield self.problem("unusual_date", "warning", value)


@dataclass(frozen=True, kw_only=True)
class InstantField(Field):
    """A moment, stored in UTC with milliseconds: ``2023-09-15T06:30:00.000Z``.

    A moment written without zone is one of the clock on the wall: it is read in the zone of this machine.
    """

    kind: ClassVar[str] = "instant"

    @property
    def storage(self) -> Storage:
        return Storage("datetime")

    def show(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        return datetime.datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")

    def _parse(self, text: Any) -> str:
        try:
            moment = (
                text
                if isinstance(text, datetime.datetime)
                else datetime.datetime.fromisoformat(_iso(str(text)))
            )
            return format_instant(moment.astimezone())
        except (ValueError, OverflowError, OSError):
            raise ValueRefused(self.problem("not_an_instant", "error", text)) from None

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or _INSTANT.fullmatch(value) is None or not _exists(value):
            yield self.problem("not_an_instant", "error", value)


_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_SLASHED = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?", re.ASCII)


def _iso(text: str) -> str:
    return _SLASHED.sub(lambda m: f"{m[1]}-{m[2]:0>2}-{m[3]:0>2}", text, count=1)


def _exists(text: str) -> bool:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def format_instant(moment: datetime.datetime) -> str:
    """A moment as it is stored; one without zone is taken as UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def local_time(instant: str) -> str:
    """A stored instant as the clock on the wall shows it; as it stands when another program wrote it otherwise."""
    try:
        return f"{datetime.datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return instant


@dataclass(frozen=True, kw_only=True)
class LinkField(Field):
    """A link to an asset of one type (its id) or of one of several types (``type:id``).

    ``unknown_flag``: the boolean field that is set when a source names a target nobody knows.
    ``inside``: the asset stands in the target, as a valve in its chamber; they move together.
    ``goes_over``: when the target is replaced by another, the link goes over to that one.
    """

    kind: ClassVar[str] = "link"
    targets: tuple[str, ...]
    unknown_flag: str | None = None
    inside: bool = False
    goes_over: bool = False

    @property
    def several(self) -> bool:
        """Whether assets of more than one type may be meant."""
        return len(self.targets) > 1

    @property
    def storage(self) -> Storage:
        return Storage("text", 64) if self.several else Storage("integer")

    def key_of(self, value: int | str) -> AssetKey | None:
        """The asset that a stored value names; None for what is no link: other programs may write anything."""
        return AssetKey.of_link(value) if self.several else AssetKey(self.targets[0], int(value))

    def _parse(self, text: Any) -> int | str:
        """Read a stored reference; business codes are resolved by the importer, who can ask the register."""
        word = plain_text(text)
        target, _, number = word.partition(":") if self.several else (self.targets[0], ":", word)
        if target not in self.targets or not (number.isascii() and number.isdecimal()):
            raise ValueRefused(self.problem("not_a_link", "error", text))
        return f"{target}:{int(number)}" if self.several else int(number)

    def _check(self, value: Any) -> Iterator[Problem]:
        try:
            stored = self._parse(value)
        except ValueRefused:
            stored = None
        number = stored if isinstance(stored, int) else int((stored or ":0").partition(":")[2])
        if stored != value or isinstance(value, bool | float) or not 0 < number <= _LARGEST_ID:
            yield self.problem("not_a_link", "error", value)


@dataclass(frozen=True, kw_only=True)
class GeometryField(Field):
    """The place of an asset: ``shape`` is point, line or polygon, in the register's CRS, metres."""

    kind: ClassVar[str] = "geometry"
    shape: Literal["point", "line", "polygon"]

    @property
    def storage(self) -> Storage:
        return Storage("geometry")

    def _parse(self, text: Any) -> Any:
        return text


@dataclass(frozen=True, kw_only=True)
class AttachmentField(Field):
    """Photos or documents; they lie in the attachment table and take no column of their own."""

    kind: ClassVar[str] = "attachment"

    @property
    def storage(self) -> Storage:
        return Storage("none")

    def _parse(self, text: Any) -> Any:
        return text


FIELD_KINDS: dict[str, type[Field]] = {
    kind.kind: kind
    for kind in (
        TextField,
        IntegerField,
        NumberField,
        LengthField,
        ChoiceField,
        BooleanField,
        DateField,
        InstantField,
        LinkField,
        GeometryField,
        AttachmentField,
    )
}
"""The kinds a catalogue may name."""
