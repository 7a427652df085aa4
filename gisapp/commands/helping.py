"""Settings, keys, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.viewing import use_language, use_theme
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs import about, settings_dialog
else:
    about = Later("gisapp.dialogs.about")
    settings_dialog = Later("gisapp.dialogs.settings_dialog")


def help_actions(window: Window) -> list[Action]:
    """The help menu, and the settings."""
    parts = window.parts
    return [
        Action(
            id="tool.settings",
            title=Message("action.settings"),
            key="Ctrl+,",
            icon="gear",
            menu="tools",
            group=9,
            handler=lambda: open_settings(window),
            words="preferences 偏好 语言 主题 姓名",
        ),
        Action(
            id="help.keys",
            title=Message("action.keys"),
            key="F1",
            icon="keyboard",
            menu="help",
            handler=lambda: about.KeysDialog(parts.language, parts.theme, parts.actions, window).open(),
        ),
        Action(
            id="help.about",
            title=Message("action.about"),
            icon="info",
            menu="help",
            handler=lambda: about.AboutDialog(parts.language, parts.theme, window).open(),
        ),
    ]


def open_settings(window: Window) -> None:
    """The settings dialog, each choice in force at once."""
    parts = window.parts
    dialog = settings_dialog.SettingsDialog(parts.language, parts.theme, parts.settings.preferences, window)
    dialog.theme_chosen.connect(lambda choice: use_theme(window, choice))
    dialog.language_chosen.connect(lambda code: use_language(window, code))
    dialog.name_chosen.connect(lambda name: use_name(window, name))
    dialog.role_chosen.connect(lambda role: use_role(window, role))
    dialog.open()


def use_role(window: Window, role: str) -> None:
    """Work in this role from now on."""
    window.parts.settings.change(role=role)
    window.show_preferences()
    window.parts.actions.refresh()
    window.parts.notifier.info(Message("role.told", {"role": Message(f"role.short.{role}")}))


def ask_name(window: Window, login: str) -> None:
    """At the first start: who works here."""
    dialog = settings_dialog.FirstStartDialog(window.parts.language, window.parts.theme, login, window)
    dialog.chosen.connect(lambda name: use_name(window, name))
    dialog.open()


def use_name(window: Window, name: str) -> None:
    """Put this name beside every change from now on."""
    if not name:
        return
    window.parts.settings.change(name=name)
    register = window.parts.session.register
    if register is not None:
        register.actor = name
    window.show_preferences()
