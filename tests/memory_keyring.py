"""A keyring in memory, in the place of the system's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend


class MemoryKeyring(KeyringBackend):
    """``kept``: passwords by service and user."""

    # Never chosen by itself: every class of a keyring is known to all tests of a process.
    priority = -1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


@contextmanager
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The keyring that the program finds within."""
    before, fresh = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(fresh)
    try:
        yield fresh
    finally:
        keyring.set_keyring(before)
