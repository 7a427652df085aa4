"""Foreign layers to be looked at beside the book: added by menu or from an import, asked by a right click, removed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from gisapp.commands.folders import home_folder
from gisapp.panels.layers_panel import LayersPanel
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.scene.reference import box_of
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs import feature_dialog
    from gisapp.panels.references import rows
    from gisapp.panels.references.feed import Entry, ReferenceFeed
    from layers.exchange import importer, reference
    from layers.exchange.cad import titles
    from layers.exchange.import_plan import PlannedLayer
    from layers.exchange.reference import ReferencePlace
else:
    feature_dialog = Later("gisapp.dialogs.feature_dialog")
    rows = Later("gisapp.panels.references.rows")
    importer = Later("layers.exchange.importer")
    reference = Later("layers.exchange.reference")
    titles = Later("layers.exchange.cad.titles")

#: A feature this near (pixels) is meant by a click, and so many are offered.
_NEAR, _MOST = 6.0, 6
#: So many layers are named when several are added.
_NAMED = 3
#: The action that shows where the layers added last lie.
SHOW = "view.reference_fit"


def tie(window: Window, feed: ReferenceFeed) -> None:
    """Let the legend list them and the map's menu name them."""
    legend, panel = window.map.legend, window.desks["map"].panel
    assert isinstance(panel, LayersPanel)
    canvas, theme = window.map.canvas, window.parts.theme
    legend.beyond = lambda: rows.reference_rows(feed, theme.colors(), canvas.devicePixelRatioF())
    feed.changed.connect(legend.tell)
    feed.noticed.connect(window.parts.notifier.error)
    feed.added.connect(lambda entries: _tell_added(window, feed, entries))
    panel.hidden_changed.connect(feed.switch)
    panel.menu_asked.connect(lambda row, at: _open_menu(window, feed, row, at))
    panel.place_asked.connect(lambda row: _fit(window, feed, feed.entry_of(row)))
    window.map.navigation.menu.more = lambda menu, place: _offer_features(window, feed, menu, place)


def ask_files(window: Window) -> None:
    """Ask which files, then show every layer of them that has a place."""
    render = window.parts.language.render
    kinds = ";;".join((render(Message("window.files.foreign")), render(Message("window.files.all"))))
    title = render(Message("reference.add"))
    chosen, _ = QFileDialog.getOpenFileNames(window, title, str(home_folder(window)), kinds)
    if chosen:
        window.parts.settings.change(last_folder=str(Path(chosen[0]).parent))
        add_files(window, chosen)


def add_files(window: Window, paths: Sequence[str]) -> None:
    """Show every layer of these files that has a place."""
    register = window.parts.session.register
    if register is None:
        return

    def work(feedback: Feedback) -> list[ReferencePlace]:
        plan = importer.plan_import(register, paths, None, feedback)
        located = [layer for layer in plan.layers if layer.placement is not None and len(layer.survey.points)]
        if not located:
            raise UserError(
                Message("import.reference.no_place", {"layer": Path(paths[0]).name}),
                Message("import.reference.no_place.hint"),
            )
        return [reference.place_of_reference(layer) for layer in located]

    def done(places: list[ReferencePlace]) -> None:
        # The texts of a drawing are points here: listed, and shown on wish.
        texts = {(each.path, each.layer) for each in places if titles.is_text(each.path, each.layer)}
        window.references.add(places, texts if len(texts) < len(places) else ())

    label = Message("reference.reading", {"name": Path(paths[0]).name})
    window.parts.tasks.run(label, work, done, owner=window)


def show_planned(window: Window, layer: PlannedLayer) -> None:
    """Show a layer of an import that was not recognised."""
    try:
        place = reference.place_of_reference(layer)
    except UserError as error:
        window.parts.notifier.error(error)
        return
    window.references.add([place])


def _tell_added(window: Window, feed: ReferenceFeed, entries: Sequence[Entry]) -> None:
    """Say what is on the map now, and when nothing of it is in view."""
    box, seen = feed.box_of(entry.key for entry in entries), window.map.canvas.viewport.box
    shown = tuple(entry.title for entry in entries[:_NAMED])
    names = {"names": (*shown, "…") if len(entries) > _NAMED else shown}
    is_seen = (
        box is not None and box.x0 < seen.x1 and seen.x0 < box.x1 and box.y0 < seen.y1 and seen.y0 < box.y1
    )
    words = Message("reference.added", names) if is_seen else Message("reference.added_outside", names)
    window.parts.notifier.done(words, SHOW)


def fit_latest(window: Window) -> None:
    """Show all of the layers added last, or of those that there are."""
    feed = window.references
    window.map.canvas.fit(feed.box_of(feed.latest) or feed.box_of(feed.shown))


def _open_menu(window: Window, feed: ReferenceFeed, row: str, at: QPoint) -> None:
    """What a right click on a row of the legend offers."""
    entry = feed.entry_of(row)
    if entry is None:
        return
    label = window.parts.language.label
    menu = QMenu(window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fit = menu.addAction(label(Message("reference.fit")))
    fit.setEnabled(entry.key in feed.shown)
    fit.triggered.connect(lambda: _fit(window, feed, entry))
    menu.addAction(label(Message("reference.again"))).triggered.connect(lambda: feed.read_again(entry.key))
    menu.addSeparator()
    menu.addAction(label(Message("reference.remove"))).triggered.connect(lambda: feed.remove(entry.key))
    menu.popup(at)


def _fit(window: Window, feed: ReferenceFeed, entry: Entry | None) -> None:
    shown = feed.shown.get(entry.key) if entry is not None else None
    if shown is not None:
        window.map.canvas.fit(box_of(shown.sources))


def _offer_features(window: Window, feed: ReferenceFeed, menu: QMenu, place: tuple[float, float]) -> None:
    """Name the features of reference layers under a right click; one of them chosen tells what it says."""
    reach = window.map.canvas.viewport.metres_per_pixel * _NEAR
    found = [
        (entry, hit)
        for entry in reversed(feed.entries)
        if entry.shown and (shown := feed.shown.get(entry.key)) is not None
        for source in shown.sources
        for hit in source.near(*place, reach, frozenset())
    ]
    if not found:
        return
    menu.addSeparator()
    label = window.parts.language.label
    for entry, hit in sorted(found, key=lambda each: each[1].distance)[:_MOST]:
        values = feed.shown[entry.key].layer.row(hit.id)
        first = next((str(value) for value in values.values() if value not in (None, "")), str(hit.id + 1))
        act = menu.addAction(label(Message("reference.here", {"name": entry.title, "first": first[:40]})))
        act.triggered.connect(lambda _=False, of=entry, said=values: _tell(window, of, said))


def _tell(window: Window, entry: Entry, values: dict[str, object]) -> None:
    parts, path = window.parts, entry.key[0]
    said = [(titles.column_words(path, column), value) for column, value in values.items()]
    feature_dialog.FeatureDialog(parts.language, parts.theme, entry.title, said, window).open()
