"""Keys of assets."""

from __future__ import annotations

import pytest

from layers.model.asset import AssetKey


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("hydrant:7", AssetKey("hydrant", 7)),
        ("hydrant:999999999999999999", AssetKey("hydrant", 10**18 - 1)),
        (None, None),
        ("", None),
        ("hydrant", None),
        ("hydrant:", None),
        ("hydrant:-7", None),
        ("hydrant:7.0", None),
        # No number to Python though it is a digit; and more than any database counts.
        ("hydrant:²", None),
        ("hydrant:9999999999999999999", None),
    ],
)
def test_a_link_names_an_asset_or_is_none(link: str | None, key: AssetKey | None) -> None:
    assert AssetKey.of_link(link) == key
