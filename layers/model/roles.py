"""Roles: what a person at the program sets out to do. In a file they are a promise, no lock: the file has none."""

from __future__ import annotations

from collections.abc import Mapping

VIEWER, SURVEYOR, ENGINEER, MANAGER = "viewer", "surveyor", "engineer", "manager"
ROLES = (VIEWER, SURVEYOR, ENGINEER, MANAGER)
"""From the one who may least to the one who may all."""

EDIT, WAIVE, RESTORE, DELETE_MISTAKE, CONFIGURE = "edit", "waive", "restore", "delete_mistake", "configure"
SEE_PERSONAL, EXPORT_PERSONAL = "see_personal", "export_personal"
"""Seeing names, numbers and addresses of people in clear, and handing them out in a file."""

_LEAST: Mapping[str, str] = {
    EDIT: SURVEYOR,
    SEE_PERSONAL: SURVEYOR,
    EXPORT_PERSONAL: ENGINEER,
    WAIVE: ENGINEER,
    RESTORE: ENGINEER,
    DELETE_MISTAKE: ENGINEER,
    CONFIGURE: MANAGER,
}


def least_role(act: str) -> str:
    """The least role that may do ``act``; ``KeyError`` for an act that is none of those above."""
    return _LEAST[act]


def allows(role: str, act: str) -> bool:
    """Whether ``role`` may do ``act``."""
    return ROLES.index(role) >= ROLES.index(least_role(act))
