"""What the bytes of a tile are: a picture, or something else that a message must name."""

from __future__ import annotations

from typing import Literal

from layers.errors import UserError
from layers.text import Message

Kind = Literal["png", "jpeg", "webp", "gif", "bmp", "vector", "html", "xml", "json", "empty", "unknown"]

PICTURES = frozenset({"png", "jpeg", "webp", "gif", "bmp"})
_SHOWN_LENGTH = 160


def kind_of(data: bytes) -> Kind:
    """Look at the first bytes only."""
    head = data[:64]
    if not head:
        return "empty"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"BM"):
        return "bmp"
    return _other(data)


def _other(data: bytes) -> Kind:
    # Vector tiles are protocol buffers (field 3, "layers"), as a rule packed with gzip or zlib.
    if data.startswith((b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda", b"\x1a")):
        return "vector"
    text = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if text.startswith(b"<"):
        return "xml"
    if text.startswith((b"{", b"[")):
        return "json"
    return "unknown"


def refusal(data: bytes, host: str) -> UserError:
    """The error for an answer of a service that is no picture; what it said is the detail."""
    kind = kind_of(data)
    said = " ".join(data[:600].decode("utf-8", "replace").split())[:_SHOWN_LENGTH]
    if kind == "empty":
        return UserError(Message("basemap.service_empty", {"host": host}), Message("basemap.service_hint"))
    if kind == "vector":
        return UserError(Message("basemap.service_vector", {"host": host}), Message("basemap.vector_hint"))
    detail = Message("basemap.service_said", {"text": said}) if kind != "unknown" else None
    name = {"html": "HTML", "xml": "XML", "json": "JSON"}.get(kind, "?")
    return UserError(
        Message("basemap.service_no_picture", {"host": host, "kind": name}),
        Message("basemap.service_no_picture_hint"),
        detail,
    )
