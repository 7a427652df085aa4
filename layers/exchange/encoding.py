"""Which bytes stand for which characters: .cpg files, language driver ids, and detection made for Chinese.

Detection asks in this order: is it valid UTF-8; is it GBK or Big5, whichever gives more common characters;
else what charset-normalizer believes. GBK and GB 2312 are read as GB 18030, which holds both.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charset_normalizer import from_bytes

from layers.errors import UserError
from layers.exchange.foreign import problem
from layers.model.problem import Problem
from layers.text import Message

CHINESE = "gb18030"
_SAMPLE_BYTES = 1_000_000
_PLAUSIBLE = 0.6
_ENOUGH_TO_TELL = 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a short text may be besides; the wide encodings fit any even number of bytes and are left out.
_OTHERS = ("cp1252", "cp1251", "cp1253", "cp932", "cp949", "cp950", "gb18030", "cp866")
_GB_FAMILY = frozenset({"gbk", "gb2312", "cp936", "gb18030", "ms936", "euccn", "hz"})

# dBASE language driver ids. 0x57 means "ANSI of that computer", so it decides nothing.
_LANGUAGE_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: CHINESE, 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x78: "cp950", 0x79: "cp949",
    0x7A: CHINESE, 0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250",
    0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip


@dataclass(frozen=True)
class Detection:
    """An encoding and how it was found: "given", "bom", "cpg", "ldid", "detected", "guessed" (not sure)."""

    encoding: str
    how: str


def codec(name: str) -> str | None:
    """The Python codec for an encoding as files and people write it; None when unknown.

    Takes "GBK", "936", "ANSI 936", "cp936", "UTF8", "65001", "Big-5", "ISO 88591", "88591", "LDID/122".
    """
    text = name.strip().strip("\x00").lower()
    if text.startswith("ldid/") and text[5:].isdigit():
        return _LANGUAGE_DRIVERS.get(int(text[5:]))
    text = re.sub(r"^(ansi|oem|windows|cp|ms|ibm|x)?[\s_-]*(\d{3,5})$", r"\2", text)
    compact = re.sub(r"[\s_-]", "", text)
    if compact in ("65001", "utf8"):
        return "utf-8"
    if compact in ("936", "54936") or compact in _GB_FAMILY:
        return CHINESE
    if compact in ("950", "big5", "big5hkscs"):
        return "cp950"
    latin = re.fullmatch(r"(?:iso)?8859(\d{1,2})", compact)
    candidate = f"iso8859-{latin[1]}" if latin else f"cp{compact}" if compact.isdigit() else text
    try:
        found = codecs.lookup(candidate)
    except (LookupError, UnicodeError):
        return None
    # rot13, zip and their like are codecs too, but none that turns bytes into text.
    return found.name if found._is_text_encoding else None


def known(given: str) -> str:
    """The codec a user asked for. Raises ``UserError`` when there is none of that name."""
    name = codec(given)
    if name is None:
        what = Message("format.unknown_encoding", {"encoding": given})
        raise UserError(what, Message("format.unknown_encoding.hint"))
    return name


def detected(found: Detection) -> Problem:
    """The remark that an encoding was detected, and how surely."""
    shown = {"encoding": found.encoding.upper()}
    if found.how == "guessed":
        return problem("encoding_guessed", "warning", Message("format.encoding_guessed", shown))
    return problem("encoding_detected", "note", Message("format.encoding_detected", shown))


def from_cpg(content: bytes) -> str | None:
    """The codec a .cpg file names; None when it names none (some are web pages saved by mistake)."""
    text = content[:64].decode("ascii", errors="replace").lstrip("\ufffd").strip()
    return codec(text) if text and len(content) <= 64 and "<" not in text else None


def from_language_driver(number: int) -> str | None:
    """The codec of byte 29 of a .dbf; None when it is not set or says nothing."""
    return _LANGUAGE_DRIVERS.get(number)


def decodes(values: Iterable[bytes], encoding: str) -> bool:
    """Whether every value is text in ``encoding``, a character cut at the very end allowed."""
    return all(_decodes(value, encoding) for value in values)


def detect(values: Sequence[bytes]) -> Detection:
    """The encoding of texts that state none; plain ASCII counts as UTF-8."""
    loaded = [value for value in values if not value.isascii()]
    if decodes(loaded, "utf-8"):
        return Detection("utf-8", "detected")
    scores = [
        (common(b" ".join(loaded)) if decodes(loaded, encoding) else 0.0, encoding)
        for encoding, common in ((CHINESE, _common_chinese), ("cp950", _common_big5))
    ]
    score, encoding = max(scores, key=lambda each: each[0])
    if score >= _PLAUSIBLE:
        return Detection(encoding, "detected")
    sample = b"\n".join(loaded)[:_SAMPLE_BYTES]
    if sum(byte >= 0x80 for byte in sample) >= _ENOUGH_TO_TELL:
        best = from_bytes(sample, cp_isolation=list(_OTHERS)).best()
        if best is not None and (known := codec(best.encoding)) and decodes(loaded, known):
            return Detection(known, "guessed")
    mostly = sum(_decodes(value, CHINESE) for value in loaded) / len(loaded)
    if mostly > 0.9 and _common_chinese(b" ".join(loaded)) >= _PLAUSIBLE:
        return Detection(CHINESE, "guessed")
    return Detection("cp1252" if decodes(loaded, "cp1252") else "latin-1", "guessed")


def detect_text(content: bytes) -> Detection:
    """The encoding of a whole text file, from its byte order mark or its lines."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return Detection(name, "bom")
    sample = content[:_SAMPLE_BYTES]
    if len(content) > _SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if sample[1:200:2].count(0) > 30:
        return Detection("utf-16-le", "guessed")
    if sample[0:200:2].count(0) > 30:
        return Detection("utf-16-be", "guessed")
    found = detect(sample.splitlines())
    if found.encoding == "utf-8" and not content.isascii() and not _decodes(content, "utf-8"):
        return detect(content.splitlines())
    return found


def decode(value: bytes, encoding: str) -> tuple[str, bool]:
    """The text of one value and whether nothing was lost; a character cut at the end is dropped silently."""
    try:
        return value.decode(encoding), True
    except UnicodeDecodeError as error:
        if _is_cut(error, value):
            return value[: error.start].decode(encoding), True
        return value.decode(encoding, errors="replace"), False


def _decodes(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError as error:
        return _is_cut(error, value)
    return True


def _is_cut(error: UnicodeDecodeError, value: bytes) -> bool:
    """Whether the value only ends inside a character, as fields of fixed width do."""
    rest = value[error.start :]
    return error.start > 0 and len(rest) <= 3 and rest[0] >= 0x80 and error.reason in _CUT_REASONS


_CUT_REASONS = frozenset({"unexpected end of data", "incomplete multibyte sequence"})


def _common_chinese(text: bytes) -> float:
    """The share of double-byte characters that are among the 3,755 common ones of GB 2312 or its symbols."""
    pairs = re.findall(rb"[\x81-\xfe][\x30-\xfe]", text)
    common = sum(
        (0xB0 <= pair[0] <= 0xD7 and pair[1] >= 0xA1) or (0xA1 <= pair[0] <= 0xA9 and pair[1] >= 0xA1)
        for pair in pairs
    )
    return common / len(pairs) if pairs else 0.0


def _common_big5(text: bytes) -> float:
    """The share of double-byte characters that are among the 5,401 common ones of Big5 or its symbols."""
    pairs = re.findall(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]", text)
    return sum(0xA1 <= pair[0] <= 0xC6 for pair in pairs) / len(pairs) if pairs else 0.0
