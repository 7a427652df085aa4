"""Importing files into a register: plan, look, adjust, write, and deal with what was kept out.

The way of the command line and of the import window alike::

    options = ImportOptions()                            # what the user said: types, CRS, scale, encoding, templates
    plan = plan_import(register, paths, options)         # files described, mappings guessed, coordinates judged
    plan.layers[0].mapping, .placement, .problems, .unmapped, .survey.columns, .ratio    # what to show
    options = options.with_mapping(layer.key, mapping)   # the user corrects a mapping, a value map, a placement ...
    options = options.with_placement(layer.key, wish)
    plan = plan_import(register, paths, options)         # ... and plans again (the files are read again: seconds)
    checked = check_import(register, plan, feedback)     # dry run: every row staged; checked.report, .quarantined
    report = write_import(register, checked, feedback)   # one change set, one undo; cancel leaves nothing
    report = run_import(register, plan, feedback)        # check and write in one
    text = dump_mapping([layer.mapping ...])             # keep the mapping as a template (mapping_file)

    rows = list_quarantined(register)                    # quarantine: what was kept out, with reasons
    take_in(register, [row], {"dn": "200"})              # corrected and taken in; raises ValuesRefused if
    still wrong take_in(register, rows, prefix=True)                 # codes taken by another data set:
    prefixed with theirs drop(register, rows)                                 # given up, and known as given
    up

``register`` is an open Register, or None for one that is yet to be made in ``plan.register_crs``; then a
``worker`` is given. All of these take long and belong into a task; files are read and staged in the worker
process.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from layers.errors import UserError
from layers.exchange.book import RegisterBook
from layers.exchange.checking import Checked, check_plan
from layers.exchange.identity import same_file
from layers.exchange.import_plan import ImportOptions, ImportPlan, PlannedLayer
from layers.exchange.mapping_file import dump_mapping, load_mapping
from layers.exchange.planning import make_plan
from layers.exchange.quarantine import drop, get_quarantined, list_quarantined, take_in
from layers.exchange.report import ImportReport
from layers.exchange.writing import write_checked
from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message

__all__ = [
    "Checked",
    "ImportOptions",
    "ImportPlan",
    "ImportReport",
    "PlannedLayer",
    "check_import",
    "drop",
    "dump_mapping",
    "get_quarantined",
    "list_quarantined",
    "load_mapping",
    "plan_import",
    "refuse_register",
    "run_import",
    "take_in",
    "write_import",
]


def plan_import(
    register: Register | None,
    paths: Sequence[str | Path],
    options: ImportOptions | None = None,
    feedback: Feedback | None = None,
    *,
    worker: Worker | None = None,
    catalogue: Catalogue | None = None,
) -> ImportPlan:
    """Describe ``paths`` and decide what would become of them. Writes nothing.

    Raises ``UserError`` when none of the files can be read, one of them is the register itself, or the
    coordinates cannot reach the register's system.
    """
    places = [Path(path) for path in paths]
    if register is not None:
        for place in places:
            refuse_register(register.target, place)
    crs = None if register is None else register.crs
    known = _catalogue(register, catalogue)
    return make_plan(
        _worker(register, worker), known, crs, places, options or ImportOptions(), feedback or Feedback()
    )


def check_import(
    register: Register | None,
    plan: ImportPlan,
    feedback: Feedback | None = None,
    *,
    worker: Worker | None = None,
    catalogue: Catalogue | None = None,
) -> Checked:
    """Stage every row of ``plan``: the dry run. ``report`` of the result says what writing it will do."""
    book = RegisterBook(register)
    known = _catalogue(register, catalogue)
    return check_plan(_worker(register, worker), known, book, plan, feedback or Feedback())


def write_import(register: Register, checked: Checked, feedback: Feedback | None = None) -> ImportReport:
    """Take what was checked into the register as one change set.

    Checks again first if the register has changed since.
    """
    feedback = feedback or Feedback()
    if checked.data_version != register.data_version:
        checked = check_import(register, checked.plan, feedback.part(0.0, 0.5))
        feedback = feedback.part(0.5, 1.0)
    return write_checked(register, checked, feedback)


def run_import(register: Register, plan: ImportPlan, feedback: Feedback | None = None) -> ImportReport:
    """Check ``plan`` and write it. Raises ``Cancelled`` on wish, with nothing written."""
    feedback = feedback or Feedback()
    checked = check_import(register, plan, feedback.part(0.0, 0.6))
    return write_import(register, checked, feedback.part(0.6, 1.0))


def refuse_register(target: str | Path, path: Path) -> None:
    """Raise ``UserError`` if ``path`` is the open register itself, by whatever name, or lies beside it as its journal.

    Compared by device and inode, without opening anything: a second opening could lose commits.
    """
    if str(target).startswith(("postgresql:", "postgres:")):
        return
    own = Path(target)
    for name in (own, own.with_name(own.name + "-wal"), own.with_name(own.name + "-shm")):
        if same_file(name, path):
            raise UserError(
                Message("import.own_register", {"file": path.name}), Message("import.own_register.hint")
            )


def _worker(register: Register | None, worker: Worker | None) -> Worker:
    if register is not None:
        return register.worker
    if worker is None:
        raise ValueError("without a register a worker must be given")
    return worker


def _catalogue(register: Register | None, catalogue: Catalogue | None) -> Catalogue:
    return register.catalogue if register is not None else catalogue or load_catalogue()
