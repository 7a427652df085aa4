"""What the README shows is there, and light enough to be looked at."""

from __future__ import annotations

import re
import struct
from pathlib import Path

ROOT = Path(__file__).parents[2]
LARGEST = 500_000


def test_the_pictures_of_the_readme_are_there_and_light() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[(.+?)\]\((.+?)\)", text)
    assert len(pictures) >= 2
    for words, name in pictures:
        # Both languages, and that the city is none there is.
        assert "虚构" in words
        assert "invented" in words
        content = (ROOT / name).read_bytes()
        assert len(content) < LARGEST, name
        width, _ = struct.unpack(">II", content[16:24])
        assert width == 1440, name
