"""Field: one kind of value. It parses, checks, formats and names its storage: the only validator of the house."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from layers.model import edtf
from layers.model.code_list import CodeList
from layers.model.problem import Problem, Severity
from layers.text import Message, Title

StorageKind = Literal["text", "integer", "double", "boolean", "date", "datetime", "geometry", "none"]

_BLANK = frozenset({"", "-", "--", "—", "/", "无", "null", "NULL", "None", "nan", "NaN"})
_BLANK_BOOLEAN = _BLANK - {"无"}
_NUMBER = re.compile(r"^(?:DN|dn|Dn|de|De|DE|[ΦφØø∅])?\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:mm|MM|m|米|毫米|MPa|L/s)?$")
_TRUE = frozenset({"1", "true", "t", "yes", "y", "是", "有", "√", "开"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "否", "无", "×", "关"})


@dataclass(frozen=True)
class Storage:
    """How a field lies in a table: the kind of column and, for text, its greatest length."""

    kind: StorageKind
    length: int | None = None


class ValueRefused(Exception):
    """A text that is no value of the field; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Field:
    """What every kind of field has: names in both languages, section of the form, and rules common to all."""

    kind: ClassVar[str] = ""
    blank_words: ClassVar[frozenset[str]] = _BLANK

    name: str
    title: Title
    section: str = "basic"
    unit: str | None = None
    required: bool = False
    unique: bool = False
    personal: bool = False
    computed: bool = False
    aliases: tuple[str, ...] = ()
    note: Title | None = None
    companion_of: str | None = None

    @property
    def storage(self) -> Storage:
        raise NotImplementedError

    def parse(self, text: Any) -> Any:
        """The value that ``text`` (as typed, or as a foreign file holds it) stands for; None for blank.

        Raises ``ValueRefused`` when it is no value of this field.
        """
        if text is None or (isinstance(text, float) and math.isnan(text)):
            return None
        if isinstance(text, str):
            text = text.strip()
            if text in self.blank_words:
                return None
        return self._parse(text)

    def check(self, value: Any) -> Iterator[Problem]:
        """Every rule of the field that ``value`` breaks."""
        if value is None:
            if self.required:
                yield self.problem("required", "error", value)
            return
        yield from self._check(value)

    def format(self, value: Any, language: str = "zh") -> str:
        """The value as a form or a sheet shows it, without unit."""
        return "" if value is None else str(value)

    def problem(self, rule: str, severity: Severity, value: Any, **parameters: Any) -> Problem:
        """A problem of this field under the text id ``field.<rule>``."""
        message = Message(f"field.{rule}", {"field": self.title, "value": value, **parameters})
        return Problem(rule, severity, message, self.name, value)

    def _parse(self, text: Any) -> Any:
        raise NotImplementedError

    def _check(self, value: Any) -> Iterator[Problem]:
        return iter(())


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Text of at most ``length`` characters, optionally of one ``pattern``."""

    kind: ClassVar[str] = "text"
    length: int = 200
    pattern: str | None = None

    @property
    def storage(self) -> Storage:
        return Storage("text", self.length)

    def _parse(self, text: Any) -> str:
        return _plain(text)

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield self.problem("not_text", "error", value)
        elif len(value) > self.length:
            yield self.problem("too_long", "error", value, length=self.length, actual=len(value))
        elif self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            yield self.problem("bad_form", "error", value, pattern=self.pattern)


@dataclass(frozen=True, kw_only=True)
class NumericField(Field):
    """Common to integer and number: hard limits refuse a value, usual limits only warn."""

    minimum: float | None = None
    maximum: float | None = None
    usual_minimum: float | None = None
    usual_maximum: float | None = None
    zero_is_blank: bool = False

    def parse(self, text: Any) -> Any:
        value = super().parse(text)
        return None if value == 0 and self.zero_is_blank else value

    def _number(self, text: Any) -> float:
        if isinstance(text, bool):
            return float(text)
        if isinstance(text, int | float):
            number = float(text)
        else:
            match = _NUMBER.match(str(text).replace(",", "").replace("，", "").translate(_FULL_WIDTH))
            if match is None:
                raise ValueRefused(self.problem("not_a_number", "error", text))
            number = float(match.group(1))
        if not math.isfinite(number):
            raise ValueRefused(self.problem("not_a_number", "error", text))
        return number

    def _check(self, value: Any) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            yield self.problem("not_a_number", "error", value)
            return
        if (self.minimum is not None and value < self.minimum) or (
            self.maximum is not None and value > self.maximum
        ):
            yield self.problem(
                "out_of_range", "error", value, minimum=_bound(self.minimum), maximum=_bound(self.maximum)
            )
        elif (self.usual_minimum is not None and value < self.usual_minimum) or (
            self.usual_maximum is not None and value > self.usual_maximum
        ):
            yield self.problem(
                "unusual", "warning", value, minimum=_bound(self.usual_minimum), maximum=_bound(self.usual_maximum)
            )


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


def _plain(text: Any) -> str:
    """Text as written; a sheet's 12.0 is the text 12."""
    return str(int(text)) if isinstance(text, float) and text.is_integer() else str(text)


def _bound(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:g}"


@dataclass(frozen=True, kw_only=True)
class IntegerField(NumericField):
    """A whole number of at most 32 bits, so that every GIS reads it alike."""

    kind: ClassVar[str] = "integer"

    @property
    def storage(self) -> Storage:
        return Storage("integer")

    def _parse(self, text: Any) -> int:
        number = self._number(text)
        if not number.is_integer():
            raise ValueRefused(self.problem("not_whole", "error", text))
        return int(number)

    def _check(self, value: Any) -> Iterator[Problem]:
        if isinstance(value, float) and not value.is_integer():
            yield self.problem("not_whole", "error", value)
        elif isinstance(value, int | float) and abs(value) > 2**31 - 1:
            yield self.problem("out_of_range", "error", value, minimum=_bound(self.minimum), maximum=2**31 - 1)
        else:
            yield from super()._check(value)


@dataclass(frozen=True, kw_only=True)
class NumberField(NumericField):
    """A measured number in the field's ``unit``; ``decimals`` is how many are shown, not how many are kept."""

    kind: ClassVar[str] = "number"
    decimals: int = 2

    @property
    def storage(self) -> Storage:
        return Storage("double")

    def format(self, value: Any, language: str = "zh") -> str:
        return "" if value is None else f"{value:.{self.decimals}f}"

    def _parse(self, text: Any) -> float:
        return self._number(text)


@dataclass(frozen=True, kw_only=True)
class LengthField(NumberField):
    """A length in metres, never negative."""

    kind: ClassVar[str] = "length"
    unit: str | None = "m"
    minimum: float | None = 0.0


@dataclass(frozen=True, kw_only=True)
class ChoiceField(Field):
    """One entry of a code list; the entry's code is stored."""

    kind: ClassVar[str] = "choice"
    code_list: CodeList

    @property
    def storage(self) -> Storage:
        return Storage("text", 16)

    def format(self, value: Any, language: str = "zh") -> str:
        entry = None if value is None else self.code_list.get(value)
        return entry.title[language] if entry else super().format(value, language)

    def _parse(self, text: Any) -> str:
        entry = self.code_list.find(TextField._parse(self, text))  # type: ignore[arg-type]
        if entry is None:
            raise ValueRefused(
                self.problem("not_in_list", "error", text, list=self.code_list.title)
            )
        return entry.code

    def _check(self, value: Any) -> Iterator[Problem]:
        if self.code_list.get(value) is None:
            yield self.problem("not_in_list", "error", value, list=self.code_list.title)


@dataclass(frozen=True, kw_only=True)
class BooleanField(Field):
    """Yes or no."""

    kind: ClassVar[str] = "boolean"
    blank_words: ClassVar[frozenset[str]] = _BLANK_BOOLEAN

    @property
    def storage(self) -> Storage:
        return Storage("boolean")

    def format(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")

    def _parse(self, text: Any) -> bool:
        if isinstance(text, bool | int | float) and text in (0, 1):
            return bool(text)
        word = str(text).lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise ValueRefused(self.problem("not_yes_or_no", "error", text))

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield self.problem("not_yes_or_no", "error", value)


@dataclass(frozen=True, kw_only=True)
class DateField(Field):
    """A date known to the day, month, year, decade or not at all (see ``layers.model.edtf``)."""

    kind: ClassVar[str] = "date"

    @property
    def storage(self) -> Storage:
        return Storage("text", 10)

    def format(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        if value == edtf.UNKNOWN:
            return "不详" if language == "zh" else "unknown"
        if str(value).endswith("X"):
            return f"{value[:3]}0 年代" if language == "zh" else f"{value[:3]}0s"
        return str(value)

    def _parse(self, text: Any) -> str:
        if isinstance(text, datetime.datetime):
            return text.date().isoformat()
        if isinstance(text, datetime.date):
            return text.isoformat()
        if isinstance(text, float) and text.is_integer():
            text = int(text)
        stored = edtf.parse(str(text))
        if stored is None:
            raise ValueRefused(self.problem("not_a_date", "error", text))
        return stored

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not edtf.is_valid(value):
            yield self.problem("not_a_date", "error", value)


@dataclass(frozen=True, kw_only=True)
class InstantField(Field):
    """A moment, stored in UTC with milliseconds: ``2023-09-15T06:30:00.000Z``."""

    kind: ClassVar[str] = "instant"

    @property
    def storage(self) -> Storage:
        return Storage("datetime")

    def _parse(self, text: Any) -> str:
        try:
            moment = text if isinstance(text, datetime.datetime) else datetime.datetime.fromisoformat(str(text))
        except ValueError:
            raise ValueRefused(self.problem("not_an_instant", "error", text)) from None
        return format_instant(moment)

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or _INSTANT.match(value) is None:
            yield self.problem("not_an_instant", "error", value)


_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")


def format_instant(moment: datetime.datetime) -> str:
    """A moment as it is stored; one without zone is taken as UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


@dataclass(frozen=True, kw_only=True)
class LinkField(Field):
    """A link to an asset of one type (its id) or of one of several types (``type:id``)."""

    kind: ClassVar[str] = "link"
    targets: tuple[str, ...]

    @property
    def several(self) -> bool:
        return len(self.targets) > 1

    @property
    def storage(self) -> Storage:
        return Storage("text", 64) if self.several else Storage("integer")

    def _parse(self, text: Any) -> int | str:
        """Read a stored reference. Business codes are resolved by the importer, which can ask the register."""
        word = _plain(text)
        target, _, number = word.partition(":") if self.several else (self.targets[0], ":", word)
        if target not in self.targets or not number.isdigit():
            raise ValueRefused(self.problem("not_a_link", "error", text))
        return word if self.several else int(number)

    def _check(self, value: Any) -> Iterator[Problem]:
        ok = isinstance(value, str) if self.several else isinstance(value, int) and not isinstance(value, bool)
        if ok and self.several:
            target, _, number = value.partition(":")
            ok = target in self.targets and number.isdigit()
        if not ok:
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
        TextField, IntegerField, NumberField, LengthField, ChoiceField, BooleanField,
        DateField, InstantField, LinkField, GeometryField, AttachmentField,
    )
}
