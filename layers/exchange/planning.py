"""Planning: files described, mappings guessed, coordinates and units judged. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.errors import UserError
from layers.exchange.foreign import ForeignFile, ForeignLayer
from layers.exchange.formats import describe_in_worker, gather
from layers.exchange.import_plan import ImportOptions, ImportPlan, PlannedLayer
from layers.exchange.mapping import Guesser, LayerMapping, TypeRule, shape_fit
from layers.exchange.mapping_file import LayerTemplate, bundled_mappings
from layers.exchange.placement import (
    Placement,
    SourceSystem,
    file_guess,
    place,
    register_system,
    source_system,
    unit_scale,
)
from layers.exchange.survey import LayerSurvey, scaled, survey_layer
from layers.exchange.units import METRES, LengthRatio, guess_length_unit, length_ratio
from layers.exchange.vocabulary import unit_of
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.geometry.crs_detection import CrsGuess
from layers.model.catalogue import Catalogue
from layers.model.fields import LengthField
from layers.model.problem import Problem
from layers.store.worker import Worker
from layers.text import Message


@dataclass(frozen=True)
class _Surveyed:
    """A layer that was looked at, with the file it is in."""

    file: ForeignFile
    layer: ForeignLayer
    survey: LayerSurvey
    dataset: str

    @property
    def unit_scale(self) -> float:
        """Metres in one unit of its coordinates, as the file states them; 1 where it states none."""
        return METRES.get(self.survey.unit, 1.0)

    @property
    def metric(self) -> LayerSurvey:
        """The layer with its coordinates in metres, to tell what system they are in."""
        return scaled(self.survey, self.unit_scale)


def make_plan(
    worker: Worker,
    catalogue: Catalogue,
    register_crs: Crs | None,
    paths: Sequence[Path],
    options: ImportOptions,
    feedback: Feedback,
) -> ImportPlan:
    """The plan for importing ``paths`` into a register in ``register_crs`` (None: a new one).

    A file that cannot be read among others becomes a problem of the plan; if none can, its ``UserError`` is
    raised.
    """
    found, files, problems = _survey(worker, paths, options, feedback)
    guesser = Guesser(catalogue)
    templates = bundled_mappings(catalogue)
    mappings = [_mapping(guesser, catalogue, each, options, templates) for each in found]
    surveyed = [
        _relocated(worker, each, mapping, options, feedback)
        for each, mapping in zip(found, mappings, strict=True)
    ]
    guesses = _file_guesses(surveyed, register_crs)
    systems: list[SourceSystem] = []
    for each in surveyed:
        wish = options.wish_for((each.file.path, each.layer.name))
        systems.append(source_system(each.metric, wish, register_crs, guesses.get(each.file.path)))
    target = register_crs
    if target is None:
        # The layers that are imported decide; without any, those that are only shown.
        chosen = [
            p
            for p, m in zip(zip(surveyed, systems, strict=True), mappings, strict=True)
            if not m.is_reference
        ]
        pairs = [(each.metric, system) for each, system in chosen or zip(surveyed, systems, strict=True)]
        target, why = register_system(pairs, options.coordinates)
        problems.append(("", why))
    ratios = _file_ratios(catalogue, surveyed, systems, mappings)
    layers = tuple(
        _planned(catalogue, each, system, mapping, target, options, ratios.get(each.file.path))
        for each, system, mapping in zip(surveyed, systems, mappings, strict=True)
    )
    plan = ImportPlan(tuple(files), layers, target, options, tuple(problems))
    if any(not mapping.is_reference for mapping in mappings) and not plan.imported:
        _refuse_unplaced(plan)
    return plan


def _refuse_unplaced(plan: ImportPlan) -> None:
    """Raise ``UserError`` when every recognised layer lacks a way to the register's system."""
    for layer in plan.layers:
        for problem in layer.problems:
            if problem.rule == "cannot_be_placed":
                raise UserError(problem.message, Message("crs.no_way.hint"))


def _survey(
    worker: Worker, paths: Sequence[Path], options: ImportOptions, feedback: Feedback
) -> tuple[list[_Surveyed], list[ForeignFile], list[tuple[str, Problem]]]:
    found: list[_Surveyed] = []
    files: list[ForeignFile] = []
    problems: list[tuple[str, Problem]] = []
    refused: UserError | None = None
    places = gather(paths)
    for number, path in enumerate(places):
        part = feedback.part(number / len(places), (number + 1) / len(places))
        part.progress(0.0, Message("import.progress.looking", {"file": path.name}))
        try:
            file = worker.run(describe_in_worker, str(path), options.encoding, feedback=part)
            files.append(file)
            problems += [(path.name, remark) for remark in file.remarks]
            for layer in file.layers:
                survey = worker.run(survey_layer, str(path), layer.name, options.encoding, feedback=part)
                found.append(_Surveyed(file, layer, survey, _dataset(path, file, layer)))
        except UserError as error:
            refused = error
            problems.append((path.name, Problem("unreadable", "error", error.title)))
    if not found and refused is not None:
        raise refused
    return _distinct(found), files, problems


def _relocated(
    worker: Worker, each: _Surveyed, mapping: LayerMapping, options: ImportOptions, feedback: Feedback
) -> _Surveyed:
    """The layer as its mapping says where its rows lie."""
    said, survey = mapping.coordinates, each.survey
    if said is None or not survey.is_plain or said == survey.coordinate_fields:
        return each
    path, name = each.file.path, each.layer.name
    survey = worker.run(survey_layer, path, name, options.encoding, said, feedback=feedback)
    # What was said of the columns that were recognised does not hold of these.
    remarks = tuple(remark for remark in each.layer.remarks if not remark.rule.startswith("axes_"))
    return replace(each, survey=survey, layer=replace(each.layer, remarks=remarks))


def _dataset(path: Path, file: ForeignFile, layer: ForeignLayer) -> str:
    stem = path.stem or path.name
    return stem if len(file.layers) == 1 or layer.name == stem else f"{stem}/{layer.name}"


def _distinct(found: list[_Surveyed]) -> list[_Surveyed]:
    """Two files of one name are two data sets: their folder tells them apart."""
    times = Counter(each.dataset for each in found)
    return [
        replace(each, dataset=f"{Path(each.file.path).parent.name}/{each.dataset}")
        if times[each.dataset] > 1
        else each
        for each in found
    ]


def _mapping(
    guesser: Guesser,
    catalogue: Catalogue,
    each: _Surveyed,
    options: ImportOptions,
    known_templates: tuple[LayerTemplate, ...],
) -> LayerMapping:
    key = (each.file.path, each.layer.name)
    if options.mappings and key in options.mappings:
        return options.mappings[key]
    names = [column.name for column in each.survey.columns]
    for template in (*options.templates, *(() if options.as_types else known_templates)):
        if template.fits(each.layer.name, names) or template.fits(Path(each.file.path).stem, names):
            mapping = template.for_layer(each.layer.name, each.dataset, names)
            return guesser.complete(mapping, each.survey) if template.guess else mapping
    located = {shape for shape in each.survey.shapes if shape != "none"}
    if len(options.as_types) > 1 and len(located) > 1:
        return guesser.by_shape(each.survey, each.dataset, options.as_types)
    for name in options.as_types:
        if shape_fit(catalogue[name].shape, each.survey.shape) == 1.0:
            return guesser.as_type(each.survey, each.dataset, name)
    if options.as_types:
        # The user said what it is: rows of another shape are told of one by one.
        return guesser.as_type(each.survey, each.dataset, options.as_types[0])
    return guesser.guess(Path(each.file.path).stem, each.survey, each.dataset)


def _planned(
    catalogue: Catalogue,
    each: _Surveyed,
    system: SourceSystem,
    mapping: LayerMapping,
    target: Crs,
    options: ImportOptions,
    file_ratio: LengthRatio | None,
) -> PlannedLayer:
    wish = options.wish_for((each.file.path, each.layer.name))
    problems = [*each.layer.remarks, *system.problems] if each.survey.located else list(each.layer.remarks)
    ratio = _ratio(each.metric, system, mapping, catalogue)
    placement: Placement | None = None
    lost: UserError | None = None
    if each.survey.located:
        scale, told = unit_scale(ratio or file_ratio, wish, system)
        if ratio is not None:
            problems += told
        if wish.scale is None and each.unit_scale != 1.0:
            stated = {"unit": each.survey.unit, "scale": f"{each.unit_scale:g}"}
            problems.append(Problem("stated_unit", "note", Message("import.units.stated", stated)))
            scale *= each.unit_scale
        try:
            placement = place(system, target, wish if wish.scale is not None else replace(wish, scale=scale))
        except UserError as error:
            lost = error
    mapping = _with_length_unit(catalogue, mapping, ratio, system)
    problems += _said_units(catalogue, mapping)
    if lost is not None:
        # The other layers can do without this one.
        problems.append(Problem("cannot_be_placed", "error", lost.title))
        mapping = replace(mapping, types={})
    elif not each.survey.located and each.survey.rows and _could_be_located(catalogue, mapping):
        columns = tuple(column.name for column in each.survey.columns)
        nowhere = Message("import.layer.no_place", {"count": each.survey.rows, "columns": columns})
        problems.append(Problem("no_place", "warning", nowhere))
    elif mapping.is_reference:
        problems.append(Problem("not_recognised", "warning", Message("import.layer.not_recognised")))
    return PlannedLayer(
        each.file.path,
        each.file.format,
        each.file.encoding,
        each.survey,
        mapping,
        placement,
        ratio,
        tuple(dict.fromkeys(problems)),
    )


def _could_be_located(catalogue: Catalogue, mapping: LayerMapping) -> bool:
    """Whether the layer becomes assets that have a place on the map; those kept in lists need none."""
    types = [catalogue[name] for name in mapping.types]
    return any(each.shape is not None and not each.kept_in_lists for each in types)


def _file_guesses(surveyed: list[_Surveyed], register_crs: Crs | None) -> dict[str, CrsGuess]:
    """What the coordinates of each file look like, for its layers that state no system."""
    silent: dict[str, list[LayerSurvey]] = {}
    for each in surveyed:
        if each.survey.crs is None and each.survey.located:
            silent.setdefault(each.file.path, []).append(each.metric)
    return {path: file_guess(surveys, register_crs) for path, surveys in silent.items()}


def _file_ratios(
    catalogue: Catalogue, surveyed: list[_Surveyed], systems: list[SourceSystem], mappings: list[LayerMapping]
) -> dict[str, LengthRatio]:
    """What the lines of each file show of its coordinates' unit, for its layers without lengths too."""
    found: dict[str, LengthRatio] = {}
    for each, system, mapping in zip(surveyed, systems, mappings, strict=True):
        ratio = _ratio(each.metric, system, mapping, catalogue)
        known = found.get(each.file.path)
        if ratio is not None and (known is None or ratio.count > known.count):
            found[each.file.path] = ratio
    return found


def _ratio(
    survey: LayerSurvey, system: SourceSystem, mapping: LayerMapping, catalogue: Catalogue
) -> LengthRatio | None:
    """Declared over drawn length; drawn in metres, or in coordinate units where the system is local."""
    drawn = drawn_metres(survey, system.crs)
    if drawn is None:
        return None
    for rule in mapping.types.values():
        for column in rule.columns:
            field = catalogue[rule.type].field_named(column.field)
            if isinstance(field, LengthField) and column.column in survey.numbers:
                factor = METRES[column.unit or "m"]
                found = length_ratio(survey.numbers[column.column] * factor, drawn)
                if found is not None:
                    return found
    return None


def drawn_metres(survey: LayerSurvey, crs: Crs) -> NDArray[np.float64] | None:
    """The sampled lines' lengths in metres if their coordinates are in ``crs``; None where that cannot be
    told.
    """
    if not len(survey.drawn):
        return None
    if survey.crs == crs:
        return survey.drawn
    if crs.is_geographic or (survey.crs is not None and survey.crs.is_geographic):
        return None
    before = 1.0 if survey.crs is None else survey.crs.metres_per_unit
    drawn: NDArray[np.float64] = survey.drawn / before * crs.metres_per_unit
    return drawn


def _with_length_unit(
    catalogue: Catalogue, mapping: LayerMapping, ratio: LengthRatio | None, system: SourceSystem
) -> LayerMapping:
    """Lengths in feet along a drawing in sure metres: their unit is set."""
    if mapping.said or system.crs.is_local or ratio is None:
        return mapping
    unit = guess_length_unit(ratio)
    if unit is None:
        return mapping
    for rule in mapping.types.values():
        fields = catalogue[rule.type]
        columns = tuple(
            replace(column, unit=unit)
            if column.unit is None and isinstance(fields.field_named(column.field), LengthField)
            else column
            for column in rule.columns
        )
        mapping = mapping.with_rule(replace(rule, columns=columns))
    return mapping


def _said_units(catalogue: Catalogue, mapping: LayerMapping) -> list[Problem]:
    """Every unit that is not the field's own is told: a guess is never silent."""
    told = []
    for rule in mapping.types.values():
        for column in rule.columns:
            if column.unit is None or mapping.said or unit_of(column.column) is not None:
                continue
            field = catalogue[rule.type].field_named(column.field)
            seen = {
                "column": column.column,
                "field": field.title,
                "unit": column.unit,
                "own": field.unit or "",
            }
            told.append(
                Problem("guessed_unit", "warning", Message("import.units.guessed", seen), column.column)
            )
    return told


def link_targets(rule: TypeRule, catalogue: Catalogue) -> set[str]:
    """The types that the links filled by ``rule`` may point to."""
    asset_type = catalogue[rule.type]
    filled = {column.field for column in rule.columns}
    return {target for link in asset_type.links if link.name in filled for target in link.targets}
