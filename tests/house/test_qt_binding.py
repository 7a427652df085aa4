"""The pinned Qt binding: 6.12.0 loses one reference to None at every call that returns nothing.

Below Python 3.12 None is counted; after some 4,500 such calls the process aborts ("none_dealloc").
"""

from __future__ import annotations

import sys
from importlib import metadata

import pytest
from PySide6.QtCore import QObject

CALLS = 500


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_void_calls_do_not_lose_references_to_none() -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("name")
    # Other threads and the collector move the count by a few; the fault moves it by one per call.
    assert sys.getrefcount(None) - before > -CALLS // 10


def test_the_binding_is_the_measured_one_and_comes_without_add_ons() -> None:
    assert metadata.version("PySide6_Essentials") == "6.11.0"
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("PySide6_Addons")
