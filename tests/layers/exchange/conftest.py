"""Registers for the tests of the exchange: those of the store's contract, a file and a server alike."""

from tests.layers.store.conftest import (
    empty_register,
    new_place,
    opened,
    place,
    register,
    running_server,
    server,
    worker,
)

__all__ = ["empty_register", "new_place", "opened", "place", "register", "running_server", "server", "worker"]
