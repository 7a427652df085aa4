"""A register deleted, moved or replaced while it is open: no write goes where nobody would find it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message

LABEL = Message("action.find")


def test_nothing_is_written_to_a_file_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="a") as register:
        register.idle()
        away = path.rename(tmp_path / "away.gpkg")
        with pytest.raises(UserError) as caught, register.edit(LABEL) as edit:
            edit.insert("road", {"name": "x"})
        assert caught.value.title.id == "store.gone"
        # Another file in its place is not ours either.
        shutil.copy(away, path)
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("road", {"name": "x"})
        path.unlink()
        away.rename(path)
        with register.edit(LABEL) as edit:
            edit.insert("road", {"name": "x"})
        assert register.count("road") == 1
