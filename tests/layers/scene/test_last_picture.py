"""The picture of a window is shown again only while the register's file is what it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from layers.scene.kept import kept_folder
from layers.scene.last_picture import KEPT, NOTE, PICTURE, LastPicture, read_picture, write_picture

OURS = LastPicture(b"as painted", (-8, 20, 1440, 900), 1.5)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "town.gpkg"
    path.write_bytes(bytes(200))
    return path


def test_what_is_kept_is_found_until_the_file_is_another(register: Path, tmp_path: Path) -> None:
    root, target = tmp_path / "cache", str(register)
    assert read_picture(root, target) is None
    write_picture(root, target, OURS)
    assert read_picture(root, target) == OURS
    beside = register.with_name("town.gpkg-wal")
    beside.write_bytes(b"not yet in the file")
    assert read_picture(root, target) is None
    beside.write_bytes(b"")
    assert read_picture(root, target) == OURS
    times = register.stat()
    register.write_bytes(bytes(50) + b"\1" + bytes(149))
    os.utime(register, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert read_picture(root, target) is None, "the head counts changes within one tick of the clock too"
    write_picture(root, target, OURS)
    os.utime(register, ns=(1, 1))
    assert read_picture(root, target) is None
    register.unlink()
    assert read_picture(root, target) is None


def test_what_was_spoilt_is_not_shown(register: Path, tmp_path: Path) -> None:
    root, target = tmp_path / "cache", str(register)
    folder = kept_folder(root, target)
    write_picture(root, target, OURS)
    note = json.loads((folder / NOTE).read_text())
    spoilt = ("{", "[]", "null", "[" * 100_000, json.dumps({**note, "format": 0}))
    lies = [
        {**note, "place": place}
        for place in ([1, 2, 3], [0, 0, 0, 9], [0, 0, 9, 10**9], [0, 0, 9, float("inf")], "abcd", None)
    ]
    for text in (*spoilt, *map(json.dumps, lies), json.dumps({**note, "ratio": 1e9})):
        (folder / NOTE).write_text(text)
        assert read_picture(root, target) is None
    write_picture(root, target, OURS)
    (folder / PICTURE).write_bytes(OURS.png[:-1])
    assert read_picture(root, target) is None


def test_a_server_and_a_full_disk_keep_none(register: Path, tmp_path: Path) -> None:
    write_picture(tmp_path / "cache", "postgresql://db/water", OURS)
    assert not (tmp_path / "cache").exists()
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    write_picture(blocked, str(register), OURS)
    assert read_picture(blocked, str(register)) is None


def test_the_oldest_go(tmp_path: Path) -> None:
    root, paths = tmp_path / "cache", [tmp_path / f"{number}.gpkg" for number in range(KEPT + 1)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes(number))
        write_picture(root, str(path), OURS)
        os.utime(kept_folder(root, str(path)) / NOTE, (number, number))
    write_picture(root, str(paths[-1]), OURS)
    assert [read_picture(root, str(path)) for path in paths] == [None, *[OURS] * KEPT]
    assert len(list(root.glob(f"*/{PICTURE}"))) == KEPT


def test_a_disk_that_fills_up_keeps_no_half_of_one(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, target = tmp_path / "cache", str(register)

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:3])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        write_picture(root, target, OURS)
    assert read_picture(root, target) is None
    assert list(kept_folder(root, target).iterdir()) == []
