"""The registers of the store's contract, a file and a server alike."""

from tests.layers.store.conftest import empty_register, new_place, running_server, server, worker

__all__ = ["empty_register", "new_place", "running_server", "server", "worker"]
