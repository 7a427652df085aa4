"""Registers for the tests of the census: copies of one empty file, with one worker for the module."""

from tests.layers.store.conftest import empty_register, new_place, register, running_server, server, worker

__all__ = ["empty_register", "new_place", "register", "running_server", "server", "worker"]
