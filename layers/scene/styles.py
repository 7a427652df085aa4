"""The styles of a register: those that come with the program, and those that its people saved in it."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import ChangeSet
from layers.model.query import Compare, Order, Query
from layers.register import Edit, Register
from layers.resources import resource_root
from layers.scene.classing import classed
from layers.scene.style import LayerStyle, MapStyle
from layers.scene.style_definition import base_of, check_fields, read_definition, write_definition
from layers.scene.style_file import REST, load_style, style_names, style_title
from layers.text import Message, Title

if TYPE_CHECKING:
    from layers.scene import computed
else:
    # Who looks after which grid is read when a style asks for it.
    computed = Later("layers.scene.computed")

SAVED = "map_style"
#: The types of which the classes of computed layers are made: a change of one makes them anew.
COMPUTED_FROM = frozenset({"grid", "person", "assignment", "absence", "customer", "lot", "team", "campaign"})
#: By name of what is computed: the types of which it counts the assets, and the fields it counts by. Of these many
#: change in a minute, and hardly ever does a class.
COUNTED_FROM: Mapping[str, Mapping[str, frozenset[str]]] = {
    "lot_state": {"census_record": frozenset({"lot", "state"})}
}
USUAL = "diameter"
_LONGEST_FILE = 5_000_000


@dataclass(frozen=True)
class SavedStyle:
    """A row of the register: its id, the version it was read at, its name and definition."""

    id: int
    version: int
    name: str
    definition: str


def saved_styles(register: Register) -> list[SavedStyle]:
    """The styles saved in the register, by name. Empty where the register is too old to hold any."""
    if SAVED not in register.catalogue:
        return []
    rows = register.find(Query(SAVED, order=(Order("name"),)))
    return [SavedStyle(row.id, row.version, str(row["name"]), str(row["definition"])) for row in rows]


def style_titles(register: Register | None) -> Mapping[str, Title]:
    """Every style by the name it is found under: those of the program first, then those saved."""
    titles = {name: style_title(name) for name in style_names()}
    if register is not None:
        titles |= {saved.name: Title(saved.name, saved.name) for saved in saved_styles(register)}
    return titles


def find_style(
    register: Register, name: str, feedback: Feedback | None = None, day: datetime.date | None = None
) -> MapStyle:
    """The style of that name (or title), its classes made from the register where it asks for that, as of ``day``.

    ``KeyError`` when there is none; ``UserError`` when its definition cannot be read.
    """
    feedback = feedback or Feedback()
    known = {title: each for each in style_names() for title in (each, *_words(style_title(each)))}
    saved = _saved(register, name)
    if saved is not None:
        style = read_saved(register, saved.definition, saved.name)
    elif name in known:
        style = load_style(known[name], register.setting("dn_classes"))
    else:
        raise KeyError(name)
    return completed(register, style, feedback, day)


def style_or_usual(
    register: Register, name: str, feedback: Feedback | None = None, day: datetime.date | None = None
) -> tuple[MapStyle, UserError | None]:
    """The style of that name; where it cannot be had, the usual one and why."""
    try:
        return find_style(register, name, feedback, day), None
    except KeyError:
        reason = UserError(Message("styling.gone", {"style": name}), Message("styling.gone.hint"))
    except UserError as error:
        reason = error
    return find_style(register, USUAL, feedback), reason


def read_saved(register: Register, definition: str, name: str) -> MapStyle:
    """A definition as a style. ``UserError`` when it cannot be read or asks for what the catalogue has not."""
    base_name = base_of(definition, name)
    if base_name not in style_names():
        raise UserError(
            Message("styling.no_base", {"style": name, "base": base_name}),
            Message("styling.bad_definition.hint"),
        )
    base = base_style(register, base_name)
    style = read_definition(definition, name, base, theme_tokens())
    check_fields(style, register.catalogue)
    return style


def base_style(register: Register, name: str) -> MapStyle:
    """A style of the program with classes that do not depend on what the register holds."""
    return load_style(name, register.setting("dn_classes"))


def save_style(edit: Edit, style: MapStyle, base: MapStyle, replaces: SavedStyle | None = None) -> int:
    """Write a style as a row of the register; returns its id. ``UserError`` for a name that is taken."""
    if style.name in style_names() or style.name in {
        w for n in style_names() for w in _words(style_title(n))
    }:
        raise UserError(
            Message("styling.name_of_program", {"name": style.name}), Message("styling.other_name")
        )
    values = {"name": style.name, "definition": write_definition(style, base)}
    if replaces is None:
        return edit.insert(SAVED, values)
    edit.update(SAVED, replaces.id, replaces.version, values)
    return replaces.id


def delete_style(edit: Edit, saved: SavedStyle) -> None:
    """Remove a saved style."""
    edit.delete(SAVED, saved.id, saved.version)


def read_style_file(register: Register, path: Path) -> MapStyle:
    """A style written to a file by ``write_definition``. ``UserError`` when it cannot be read."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise UserError(Message("styling.file_too_long", {"file": path.name}))
        definition = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            Message("styling.file_unread", {"file": path.name, "reason": str(error.strerror or error)}),
            Message("styling.file_unread.hint"),
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(
            Message("styling.file_not_utf8", {"file": path.name}), Message("styling.file_not_utf8.hint")
        ) from error
    style = read_saved(register, definition, path.stem)
    # The name under which it was saved stands in its title.
    return replace(style, name=style.title.zh or path.stem)


@lru_cache(maxsize=1)
def theme_tokens() -> frozenset[str]:
    """The names of the colours that every theme has."""
    with (resource_root() / "themes" / "light.toml").open("rb") as file:
        return frozenset(tomllib.load(file)["color"])


def _saved(register: Register, name: str) -> SavedStyle | None:
    if SAVED not in register.catalogue:
        return None
    rows = register.find(Query(SAVED, where=Compare("name", "=", name), limit=1))
    if not rows:
        return None
    return SavedStyle(rows[0].id, rows[0].version, str(rows[0]["name"]), str(rows[0]["definition"]))


def completed(
    register: Register, style: MapStyle, feedback: Feedback, day: datetime.date | None = None
) -> MapStyle:
    """The style with the classes that are made from the register; who looks after a grid, as of ``day``."""
    layers = []
    for layer in style.layers:
        if layer.computed and layer.type in register.catalogue and _is_unmade(layer):
            layers.append(computed.computed_layer(register, layer, feedback, day))
        elif layer.classing is not None and _is_unmade(layer):
            base = next(each for each in base_style(register, USUAL).layers if each.id == layer.id)
            made = classed(register, replace(layer, classes=base.classes), layer.classing, feedback)
            layers.append(made)
        else:
            layers.append(layer)
    return replace(style, layers=tuple(layers))


def is_computed(style: MapStyle) -> bool:
    """Whether a layer has classes that tell who is responsible where."""
    return any(layer.computed for layer in style.layers)


def is_counted_anew(style: MapStyle, change: ChangeSet) -> bool:
    """Whether a change may put assets of the style's computed layers into other classes by what is counted of them."""
    return any(
        type_name in change.changes and not change.changes[type_name].leaves(fields)
        for layer in style.layers
        for type_name, fields in COUNTED_FROM.get(layer.computed or "", {}).items()
    )


def as_of(register: Register, style: MapStyle, day: datetime.date, feedback: Feedback) -> MapStyle:
    """A style of the program as it was on a day: who was responsible where then. Others stay as they are."""
    if style.base is not None or not is_computed(style):
        return style
    return find_style(register, style.name, feedback, day)


def _is_unmade(layer: LayerStyle) -> bool:
    """Whether nobody gave the layer classes of his own."""
    return all(each.is_state or each.id == REST for each in layer.classes)


def _words(title: Title) -> tuple[str, str]:
    return title.zh, title.en
