"""Reads ``layers/catalogue``: asset types, the parts they share, code lists, settings; strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

from layers.model.catalogue import AssetType, Catalogue, Group, Shape
from layers.model.code_list import CodeList, normalise
from layers.model.computed import read_computed
from layers.model.editing import EditingWords, read_editing
from layers.model.exclusive import read_exclusive
from layers.model.field_file import read_field
from layers.model.fields import ChoiceField, Field
from layers.model.lifetime import Lifetime, read_lifetime
from layers.model.list_file import read_lists
from layers.model.proof import read_proof
from layers.model.settings import read_settings
from layers.model.toml_file import Place, Reader, TomlFile
from layers.text import Title

_ELEMENT_CODE = re.compile(r"[1-9]\d{7}")
_SYNTHESISED = ("located", "companions", "code_list")
"""Parts the loader adds itself: to located types, to fields with an origin, as fields of a code list."""


@lru_cache(maxsize=8)
def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of ``folder`` (default: the one that comes with the program).

    Raises ``CatalogueError``, naming file and line, for anything not understood.
    """
    folder = folder or Path(__file__).resolve().parent.parent / "catalogue"
    lists = read_lists(folder)
    parts = {p.name: p for p in map(_Part, map(TomlFile, sorted((folder / "parts").glob("*.toml"))))}
    sources = [
        _TypeSource(TomlFile(path), parts, lists)
        for path in sorted(folder.glob("*.toml"))
        if path.name != "settings.toml"
    ]
    sources.sort(key=lambda s: (s.order, s.type.name))
    types: dict[str, AssetType] = {}
    for source in sources:
        if source.type.name in types:
            raise source.head.fail("catalogue.duplicate_type", "name", type=source.type.name)
        types[source.type.name] = source.type
    for code_list in lists.values():
        if code_list.part is not None and code_list.part not in parts:
            path = folder / "code_lists" / f"{code_list.name}.toml"
            raise TomlFile(path).fail_at("catalogue.unknown_part", "part =", part=code_list.part)
        own = parts[code_list.part] if code_list.part else None
        entry_type = _code_list_type(code_list, parts["code_list"], own, lists)
        types[entry_type.name] = entry_type
    for source in sources:
        source.check_targets(types)
    _refuse_shared_aliases(sources)
    settings_path = folder / "settings.toml"
    settings = read_settings(TomlFile(settings_path)) if settings_path.exists() else {}
    return Catalogue(types, lists, settings)


# ---- code lists


def _code_list_type(
    code_list: CodeList, part: _Part, own: _Part | None, lists: Mapping[str, CodeList]
) -> AssetType:
    return AssetType(
        name=code_list.table,
        title=code_list.title,
        plural=code_list.title,
        group="system",
        shape=None,
        fields=(*part.fields(lists), *(own.fields(lists) if own else ())),
        sections=part.sections,
        code_prefix="",
        label_fields=("title_zh",),
        search_fields=("code", "title_zh", "title_en"),
    )


# ---- fields


def _companions(owner: Field, part: _Part, lists: Mapping[str, CodeList]) -> Iterator[Field]:
    """The fields beside ``owner`` that tell where its value comes from and how well it is known."""
    for field in part.fields(lists):
        yield replace(
            field,
            name=field.name.format(field=owner.name),
            title=Title(
                field.title.zh.format(field=owner.title.zh), field.title.en.format(field=owner.title.en)
            ),
            section=owner.section,
            companion_of=owner.name,
            aliases=tuple(
                alias.format(field=word)
                for alias in field.aliases
                for word in (owner.title.zh, *owner.aliases)
            ),
        )


class _FieldTables:
    """The ``[sections]``, ``[[field]]`` and ``[editing]`` tables that types and parts have alike."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.top = Reader(file, file.data, Place())
        sections = Reader(file, self.top.table("sections"), Place("sections"))
        self.sections = {name: sections.title(name) for name in file.data.get("sections", {})}
        self._tables = self.top.tables("field")
        self.computed = tuple(
            read_computed(Reader(file, table, Place("computed", number)))
            for number, table in enumerate(self.top.tables("computed"))
        )
        self.editing = read_editing(Reader(file, self.top.table("editing"), Place("editing")))
        self.exclusive = tuple(
            read_exclusive(Reader(file, table, Place("exclusive", number)))
            for number, table in enumerate(self.top.tables("exclusive"))
        )
        self.proofs = tuple(
            read_proof(Reader(file, table, Place("proof", number)))
            for number, table in enumerate(self.top.tables("proof"))
        )
        self.lifetime = read_lifetime(Reader(file, self.top.table("lifetime"), Place("lifetime")))

    def read(
        self, lists: Mapping[str, CodeList], companions: _Part | None = None, shape: Shape | None = None
    ) -> Iterator[tuple[Field, Reader]]:
        """Every field with the table it stands in, companions after their owner."""
        for number, table in enumerate(self._tables):
            reader = Reader(self.file, table, Place("field", number))
            with_origin = reader.flag("origin")
            field = read_field(reader, lists, shape)
            yield field, reader
            if with_origin and companions is not None:
                yield from ((companion, reader) for companion in _companions(field, companions, lists))
            reader.done()


class _Part(_FieldTables):
    """Fields that several types share, under a name."""

    def __init__(self, file: TomlFile) -> None:
        super().__init__(file)
        head = Reader(file, self.top.table("part"), Place("part"))
        self.name = head.text("name")
        self.unique_across = head.texts("unique_across")
        head.done()
        self.top.done()

    def fields(self, lists: Mapping[str, CodeList]) -> Iterator[Field]:
        return (field for field, _reader in self.read(lists))


# ---- types


class _TypeSource(_FieldTables):
    """One type with the file it came from, so that later checks can name the line."""

    def __init__(self, file: TomlFile, parts: Mapping[str, _Part], lists: Mapping[str, CodeList]) -> None:
        super().__init__(file)
        self.head = Reader(file, self.top.table("type"), Place("type"))
        self.top.done()
        head = self.head
        shape = cast("Shape | None", head.one_of("shape", get_args(Shape))) if head.has("shape") else None
        self.order = head.whole("order", 1000)
        named = head.texts("parts")
        for name in named:
            if name not in parts or name in _SYNTHESISED:
                raise head.fail("catalogue.unknown_part", "parts", part=name)
        used = [parts[name] for name in named] + ([parts["located"]] if shape else [])
        self._readers: dict[str, Reader] = {}
        fields = self._collect(used, parts["companions"], lists, shape)
        sections: dict[str, Title] = {}
        editing, lifetime = EditingWords(), Lifetime()
        for part in (self, *used):
            for name, title in part.sections.items():
                sections.setdefault(name, title)
            editing = editing.over(part.editing)
            lifetime = lifetime.over(part.lifetime)
        code_prefix = head.text("code_prefix", "")
        self.type = AssetType(
            name=head.text("name"),
            title=head.title("title"),
            plural=head.title("plural"),
            group=cast(Group, head.one_of("group", get_args(Group))),
            shape=shape,
            fields=fields,
            sections=sections,
            code_prefix=code_prefix,
            code_digits=head.whole("code_digits", 6),
            icon=head.text("icon") if head.has("icon") else None,
            kind_field=head.text("kind_field") if head.has("kind_field") else None,
            label_fields=head.texts("label_fields") or ("code",),
            search_fields=head.texts("search_fields") or ("code",),
            table_fields=head.texts("table_fields"),
            aliases=head.texts("aliases"),
            element_codes=dict(head.table("element_codes")),
            unique_across=tuple(
                {n: None for p in used for n in p.unique_across} | dict.fromkeys(head.texts("unique_across"))
            ),
            unique_together=head.texts("unique_together"),
            in_order=self._in_order(),
            no_circle=head.texts("no_circle"),
            quotes=head.texts("quotes"),
            fallback=head.flag("fallback"),
            kept_in_lists=head.flag("kept_in_lists"),
            editing=editing,
            lifetime=lifetime,
            computed=tuple(c for source in (self, *used) for c in source.computed),
            exclusive=tuple(rule for source in (self, *used) for rule in source.exclusive),
            proofs=tuple(rule for source in (self, *used) for rule in source.proofs),
        )
        head.done()
        self._check()

    def _in_order(self) -> tuple[tuple[str, str], ...]:
        """Pairs of names, written "first <= second"."""
        pairs = []
        for words in self.head.texts("in_order"):
            first, sign, second = words.partition("<=")
            if not sign:
                raise self.head.fail("catalogue.unknown_field", "in_order", field=words)
            pairs.append((first.strip(), second.strip()))
        return tuple(pairs)

    def _collect(
        self, used: Iterable[_Part], companions: _Part, lists: Mapping[str, CodeList], shape: Shape | None
    ) -> tuple[Field, ...]:
        fields: list[Field] = []
        for source in (self, *used):
            for field, reader in source.read(lists, companions, shape):
                if field.name in self._readers:
                    raise reader.fail("catalogue.duplicate_field", "name", field=field.name)
                self._readers[field.name] = reader
                fields.append(field)
        return tuple(fields)

    def _check(self) -> None:
        self._check_names()
        self._check_words()
        kind = self.type.kind_field
        field = self.type.field_named(kind) if kind else None
        if field is not None and not isinstance(field, ChoiceField):
            raise self.head.fail("catalogue.kind_not_a_choice", "kind_field", field=kind)
        kinds = {entry.code for entry in field.code_list.entries} if isinstance(field, ChoiceField) else set()
        for code in self.type.editing.ways:
            if code not in kinds:
                raise self.head.fail("catalogue.unknown_kind", "editing", kind=code)
        for code, element in self.type.element_codes.items():
            if code and code not in kinds:
                raise self.head.fail("catalogue.unknown_kind", "element_codes", kind=code)
            if not isinstance(element, str) or not _ELEMENT_CODE.fullmatch(element):
                raise self.head.fail("catalogue.bad_element_code", "element_codes", code=element)

    def _check_names(self) -> None:
        """Every name in the head and every section must exist."""
        kind = (self.type.kind_field,) if self.type.kind_field else ()
        for key, names in (
            ("label_fields", self.type.label_fields),
            ("search_fields", self.type.search_fields),
            ("table_fields", self.type.table_fields),
            ("kind_field", kind),
            ("unique_across", self.type.unique_across),
            ("unique_together", self.type.unique_together),
            ("in_order", tuple(name for pair in self.type.in_order for name in pair)),
            ("no_circle", self.type.no_circle),
            ("quotes", self.type.quotes),
            ("editing", tuple(self.type.editing.named_fields())),
            ("computed", tuple(name for computed in self.type.computed for name in computed.of)),
            ("lifetime", tuple(self.type.lifetime.names)),
            ("exclusive", tuple(name for rule in self.type.exclusive for name in rule.names)),
            ("proof", tuple(rule.field for rule in self.type.proofs)),
        ):
            for name in names:
                if name not in self.type:
                    raise self.head.fail("catalogue.unknown_field", key, field=name)
        for computed in self.type.computed:
            if computed.section not in self.type.sections:
                raise self.head.fail("catalogue.unknown_section", "computed", section=computed.section)
        for link in self.type.links:
            if link.unknown_flag is not None and link.unknown_flag not in self.type:
                reader = self._readers[link.name]
                raise reader.fail("catalogue.unknown_field", "unknown_flag", field=link.unknown_flag)
        for field in self.type.fields:
            if field.section not in self.type.sections:
                reader = self._readers[field.name]
                raise reader.fail("catalogue.unknown_section", "section", section=field.section)

    def _check_words(self) -> None:
        """A column heading must name one field only."""
        owners: dict[str, str] = {}
        for field in self.type.fields:
            for word in (field.name, field.title.zh, field.title.en, *field.aliases):
                owner = owners.setdefault(normalise(word), field.name)
                if owner != field.name:
                    reader = self._readers[field.name]
                    raise reader.fail(
                        "catalogue.duplicate_alias", "aliases", word=word, field=field.name, other=owner
                    )

    def check_targets(self, types: Mapping[str, AssetType]) -> None:
        """Every link must lead to a type that exists."""
        for link in self.type.links:
            for target in link.targets:
                if target not in types:
                    raise self._readers[link.name].fail("catalogue.unknown_target", "targets", target=target)


def _refuse_shared_aliases(sources: Iterable[_TypeSource]) -> None:
    """A layer's name must lead to one type only."""
    owners: dict[str, str] = {}
    for source in sources:
        asset_type = source.type
        for word in (
            asset_type.name,
            asset_type.title.zh,
            asset_type.title.en,
            asset_type.plural.en,
            *asset_type.aliases,
        ):
            owner = owners.setdefault(normalise(word), asset_type.name)
            if owner != asset_type.name:
                raise source.head.fail(
                    "catalogue.duplicate_type_alias", "aliases", word=word, type=asset_type.name, other=owner
                )
