"""A disk that is soon full, for the faults that a user meets in the window."""

from tests.layers.store.conftest import small_disk  # noqa: F401
