"""All commands that need no Qt, in the order in which the help lists them."""

from __future__ import annotations

from layers.cli import (
    backup,
    calendar,
    checking,
    duties,
    grid_proposal,
    history,
    importing,
    information,
    packages,
    quarantine,
    reverting,
    sample,
    sharing,
    statement,
    who,
)
from layers.cli.application import CommandTable

COMMANDS: CommandTable = {
    **sample.COMMANDS,
    **information.COMMANDS,
    **importing.COMMANDS,
    **quarantine.COMMANDS,
    **checking.COMMANDS,
    **history.COMMANDS,
    **reverting.COMMANDS,
    **packages.COMMANDS,
    **statement.COMMANDS,
    **calendar.COMMANDS,
    **grid_proposal.COMMANDS,
    **who.COMMANDS,
    **duties.COMMANDS,
    **sharing.COMMANDS,
    **backup.COMMANDS,
}
