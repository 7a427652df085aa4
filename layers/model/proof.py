"""Proof: what an asset must have attached as long as it says something, such as a photo of how it looks put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.model.toml_file import Reader
from layers.text import Title

#: The type of photos and documents.
ATTACHMENT = "attachment"


@dataclass(frozen=True)
class Proof:
    """One ``[[proof]]`` table of a type.

    As long as ``field`` has one of ``values``, an attachment of kind ``attachment`` belongs to the asset; ``title`` is
    what the user calls that. ``otherwise``: what the field says of one that came in without.
    """

    title: Title
    field: str
    values: tuple[str, ...]
    attachment: str
    otherwise: str

    def concerns(self, row: Mapping[str, Any]) -> bool:
        """Whether the asset has to have it."""
        return row.get(self.field) in self.values


def read_proof(reader: Reader) -> Proof:
    """The rule of one ``[[proof]]`` table. Raises ``CatalogueError``."""
    rule = Proof(
        reader.title("title"),
        reader.text("field"),
        reader.texts("values"),
        reader.text("attachment"),
        reader.text("otherwise"),
    )
    reader.done()
    return rule
