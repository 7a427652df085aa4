"""The demo city, made once for all tests of this room."""

from __future__ import annotations

import pytest

from layers.sample.city import SampleCity, generate


@pytest.fixture(scope="session")
def demo() -> SampleCity:
    """The small city of seed 1."""
    return generate("demo", 1)
