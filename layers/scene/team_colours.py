"""The colours of teams: the same on the map and on the board."""

from __future__ import annotations

from collections.abc import Sequence

#: Light enough for mains and names upon them (ColorBrewer Set3, Brewer and Harrower 2013).
PEOPLE = (
    "#80B1D3", "#FDB462", "#8DD3C7", "#BC80BD", "#FFED6F", "#B3DE69", "#FB8072", "#BEBADA", "#FCCDE5", "#CCEBC5",
)  # fmt: skip


def team_colours(teams: Sequence[int]) -> dict[int, str]:
    """By team (id) its colour, in the order of the teams: ten are told apart."""
    return {team: PEOPLE[place % len(PEOPLE)] for place, team in enumerate(teams)}
