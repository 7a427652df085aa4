"""Mappings kept by name in a folder of the user's own, and offered again for files of the same shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from layers.errors import UserError
from layers.exchange.import_plan import ImportPlan
from layers.exchange.mapping_file import LayerTemplate, dump_templates, load_mapping
from layers.model.catalogue import Catalogue
from layers.text import Message

_ENDING = ".toml"
_FORBIDDEN = frozenset('\\/:*?"<>|\0')
_LONGEST = 60


class KeptMappings:
    """One mapping file a name; a name is what the user calls it."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder, self._catalogue = folder, catalogue

    def names(self) -> tuple[str, ...]:
        """What there is, in order."""
        return tuple(sorted(path.stem for path in self._folder.glob(f"*{_ENDING}")))

    def load(self, name: str) -> tuple[LayerTemplate, ...]:
        """The templates kept as ``name``. Raises ``UserError`` when the file cannot be understood any more."""
        templates = load_mapping(self._path(name), self._catalogue)
        return tuple(replace(each, name=name) for each in templates)

    def all(self) -> tuple[tuple[LayerTemplate, ...], tuple[UserError, ...]]:
        """Everything kept, what asks for most columns first, and why some cannot be used."""
        found: list[LayerTemplate] = []
        refused: list[UserError] = []
        for name in self.names():
            try:
                found += self.load(name)
            except UserError as error:
                refused.append(error)
        found.sort(key=lambda each: -len(each.has))
        return tuple(found), tuple(refused)

    def keep(self, name: str, plan: ImportPlan) -> None:
        """Keep the mappings of ``plan`` as ``name``, in the place of what has that name.

        A file of one layer is known again by its columns alone, for its name is another one the next time;
        layers of a larger file by name and columns. Raises ``UserError`` for a name that cannot be one, and
        when it cannot be written.
        """
        path = self._path(name)
        single = len({layer.survey.name for layer in plan.layers}) == 1
        text = dump_templates(
            LayerTemplate(
                "*" if single else _literally(layer.survey.name),
                replace(layer.mapping, dataset=""),
                frozenset(column.name for column in layer.survey.columns),
            )
            for layer in plan.imported
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise UserError(
                Message("import.kept.unwritable", {"name": name, "reason": error.strerror or str(error)}),
                Message("import.kept.unwritable.hint"),
            ) from error

    def forget(self, name: str) -> None:
        """Keep this one no longer."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        plain = name.strip()
        if not plain or plain.startswith(".") or len(plain) > _LONGEST or not _FORBIDDEN.isdisjoint(plain):
            raise UserError(Message("import.kept.bad_name"), Message("import.kept.bad_name.hint"))
        return self._folder / f"{plain}{_ENDING}"


def used_in(plan: ImportPlan) -> tuple[str, ...]:
    """The names of the kept mappings that layers of ``plan`` follow."""
    return _distinct(layer.mapping.template for layer in plan.layers)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _literally(name: str) -> str:
    """A pattern that means this name alone."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
