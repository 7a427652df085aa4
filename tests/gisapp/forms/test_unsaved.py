"""Whoever holds unsaved work says all that the question needs: what lacks a part is not made."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from gisapp.forms.editing import Editing
from gisapp.forms.editing_many import ManyEditing
from gisapp.forms.unsaved import UnsavedWork


def test_what_lacks_a_part_is_not_made(qapp: QApplication) -> None:
    with pytest.raises(TypeError, match="lacks _words, draft, let_go, name, revert, save"):
        UnsavedWork(None, None, None, None)  # type: ignore[abstract, arg-type]
    assert not Editing.__abstractmethods__
    assert not ManyEditing.__abstractmethods__
