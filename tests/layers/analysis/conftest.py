"""Registers for the checks: copies of one empty file, with one worker for the module."""

from tests.layers.store.conftest import empty_register, register, worker

__all__ = ["empty_register", "register", "worker"]
