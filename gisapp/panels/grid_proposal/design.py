"""Proposals in the window: the centre, the marks on the map, the panel when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.panels.workplace import Workplace
from layers.later import Later
from layers.model.query import Box

if TYPE_CHECKING:
    from gisapp.panels.grid_proposal import centre, marks, panel
else:
    centre = Later("gisapp.panels.grid_proposal.centre")
    marks = Later("gisapp.panels.grid_proposal.marks")
    panel = Later("gisapp.panels.grid_proposal.panel")


class GridDesign(QObject):
    """Made when the window is; everything else when it is first opened. ``arranged``: it shall be shown, or not."""

    arranged = Signal()

    def __init__(self, place: Workplace) -> None:
        super().__init__(place.view)
        self._place, self._view, self._session = place, place.view, place.session
        self._centre: centre.ProposalCentre | None = None
        self._panel: panel.ProposalPanel | None = None
        self._marks: marks.ProposalMarks | None = None
        self.is_open = False
        #: Whether the panel stands under the map just now.
        self.is_laid = False
        place.session.closed.connect(lambda: self.show(False))

    @property
    def centre(self) -> centre.ProposalCentre:
        """What is computed and chosen."""
        if self._centre is None:
            place = self._place
            self._centre = centre.ProposalCentre(
                place.session, place.tasks, place.view.drafting.acts.do, self
            )
            self._marks = marks.ProposalMarks(place.theme.font("small"))
            self._view.canvas.overlay.sketches.append(self._marks)
            self._centre.changed.connect(self._mark)
        return self._centre

    @property
    def panel(self) -> panel.ProposalPanel:
        """The panel under the map."""
        if self._panel is None:
            place = self._place
            self._panel = panel.ProposalPanel(place.language, place.theme, self.centre, place.actions)
            self._panel.closed.connect(lambda: self.show(False))
            self._panel.looked_at.connect(self._look)
            self._panel.flown.connect(self._fly)
        return self._panel

    @property
    def has_proposal(self) -> bool:
        """Whether there is a proposal that could be taken."""
        return self._centre is not None and self._centre.shown is not None

    def show(self, on: bool) -> None:
        """Open the panel, or close it; the proposal stays until it is taken or left."""
        if on == self.is_open:
            return
        self.is_open = on
        if on:
            self.centre.count()
        self._mark()
        self.arranged.emit()

    def accept(self) -> None:
        """Make the chosen moves."""
        register, refusal = self._session.register, self._session.refusal()
        if refusal is not None:
            self._place.tasks.failed.emit(refusal)
        elif register is not None:
            self.centre.accept(register.catalogue["grid"].title[self._place.language.code])

    def _mark(self) -> None:
        if self._centre is None or self._marks is None:
            return
        self._marks.show(self._centre.shown if self.is_open else None)
        self._view.canvas.update()
        self._place.actions.refresh()

    def _look(self, move: int | None) -> None:
        if self._marks is not None:
            self._marks.looked_at = move
            self._view.canvas.update()

    def _fly(self, move: int) -> None:
        shown = self.centre.shown
        if shown is not None:
            self._view.canvas.fit(Box(*shown.proposal.moves[move].shape.bounds), 80)
