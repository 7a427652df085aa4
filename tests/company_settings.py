"""Settings of a company as tests set them: one at a time."""

from __future__ import annotations

from typing import Any

from layers.model.change import ChangeSet
from layers.register import Register
from layers.store.settings import write_setting
from layers.text import Message


def set_setting(register: Register, name: str, value: Any) -> ChangeSet | None:
    """Set a setting as one act; None when it was so already."""
    with register.edit(Message("company.act")) as edit:
        write_setting(edit, register.catalogue.settings[name], value)
    return edit.change_set
