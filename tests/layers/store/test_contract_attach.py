"""Contract of every store: photos and documents on assets, in the trail like everything else."""

from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UserError
from layers.register import Register
from layers.store import attach, content_type
from layers.text import Message

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x04\x38\x07\x80\x03" + b"\0" * 50
)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def test_the_same_photo_on_two_assets_is_kept_once(opened: Register) -> None:
    with opened.edit(LABEL) as edit:
        one, two = edit.insert("hydrant", {}), edit.insert("hydrant", {})
        opened.attach(edit, "hydrant", one, "C:\\photos\\井.JPG", JPEG, {"taken_by": "张三"})
        opened.attach(edit, "hydrant", two, "again.jpg", JPEG)
    (first,), (second,) = opened.attachments("hydrant", one), opened.attachments("hydrant", two)
    assert first["file_name"] == "井.JPG"
    assert first["media_type"] == "image/jpeg"
    assert first["size_bytes"] == len(JPEG)
    assert first["taken_by"] == "张三"
    assert first["sha256"] == second["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert opened.attachment_data(first["sha256"]) == JPEG
    assert opened.attachment_data("0" * 64) is None
    with opened._store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM wa_attachment_blob").scalar_one() == 1


def test_attaching_is_undone_and_done_again(opened: Register) -> None:
    with opened.edit(LABEL) as edit:
        pipe = edit.insert("pipe", {"dn": 100})
    with opened.edit(LABEL) as edit:
        opened.attach(edit, "pipe", pipe, "a.png", png(10, 10))
    opened.undo()
    assert not opened.attachments("pipe", pipe)
    opened.redo()
    (again,) = opened.attachments("pipe", pipe)
    assert opened.attachment_data(again["sha256"]) == png(10, 10)


def test_no_attachment_without_its_asset(opened: Register) -> None:
    with pytest.raises(UserError), opened.edit(LABEL) as edit:
        opened.attach(edit, "pipe", 99, "a.png", png(10, 10))
    assert opened.count("attachment") == 0


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b"", "attach.empty"),
        (b"MZ\x90\0 a program", "attach.executable"),
        (b"\x7fELF", "attach.executable"),
        (b"#!/bin/sh\nrm -rf /", "attach.executable"),
        (png(60_000, 60_000), "attach.too_many_pixels"),
        (JPEG.replace(b"\x04\x38\x07\x80", b"\xff\xff\xff\xff"), "attach.too_many_pixels"),
        (b"x" * (attach.GREATEST_BYTES + 1), "attach.too_large"),
    ],
)
def test_what_is_refused_is_told(opened: Register, data: bytes, title: str) -> None:
    with opened.edit(LABEL) as edit:
        pipe = edit.insert("pipe", {"dn": 100})
    with pytest.raises(UserError) as told, opened.edit(LABEL) as edit:
        opened.attach(edit, "pipe", pipe, "file", data)
    assert told.value.title.id == title
    assert told.value.hint is not None
    assert opened.count("attachment") == 0


def test_damaged_content_is_noticed(opened: Register) -> None:
    with opened.edit(LABEL) as edit:
        pipe = edit.insert("pipe", {"dn": 100})
        opened.attach(edit, "pipe", pipe, "a.txt", "井盖破损".encode())
    (row,) = opened.attachments("pipe", pipe)
    blobs = opened._store.schema.attachment_blob
    with opened._store.write() as connection:
        connection.execute(blobs.update().values(data=b"other"))
    with pytest.raises(UserError) as told:
        opened.attachment_data(row["sha256"])
    assert told.value.title.id == "attach.damaged"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ("a\0b\n\u202egpj.exe", "abgpj.exe"),
        ("", "attachment"),
        ("...", "attachment"),
        ("井 1:2?.jpg", "井 12.jpg"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert attach.safe_name(name) == expected


@given(st.text())
def test_any_name_is_made_safe_and_stays_so(name: str) -> None:
    safe = attach.safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set("/\\\0\n")
    assert not safe.startswith(".")
    assert attach.safe_name(safe) == safe


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (png(1, 1), "photo.exe", "image/png"),
        (b"%PDF-1.7", "x", "application/pdf"),
        (
            b"PK\x03\x04..",
            "plan.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"PK\x03\x04..", "plan.zip", "application/zip"),
        ("说明".encode("gb18030"), "readme", "text/plain"),
        (b"\0\1\2\3", "x.jpg", "application/octet-stream"),
        (b"RIFF....WEBPVP8 ", "x", "image/webp"),
        (b"\0\0\0\x18ftypheic", "x", "image/heic"),
    ],
)
def test_the_kind_is_told_by_content(data: bytes, name: str, kind: str) -> None:
    assert content_type.of(data, name) == kind


@given(st.binary(max_size=200))
def test_no_content_confuses_the_headers_reader(data: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG", b"GIF89a"):
        content_type.picture_size(start + data)
        content_type.of(start + data)
