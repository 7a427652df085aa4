"""The colours of teams: the same on the map and on the board."""

from __future__ import annotations

from collections.abc import Sequence

#: Light enough for mains and names upon them (ColorBrewer Set3, Brewer and Harrower 2013).
PEOPLE = (
    "#80B1D3", "#FDB462", "#8DD3C7", "#BC80BD", "#FFED6F", "#B3DE69", "#FB8072", "#BEBADA", "#FCCDE5", "#CCEBC5",
)  # fmt: skip
#: The same in an order in which those of teams side by side in the list are not alike.
_TEAMS = (0, 1, 2, 3, 5, 8, 4, 7, 6, 9)


def team_colours(teams: Sequence[int]) -> dict[int, str]:
    """By team (id) its colour, in the order of the teams: ten are told apart."""
    return {team: PEOPLE[_TEAMS[place % len(_TEAMS)]] for place, team in enumerate(teams)}
