"""Mending what is there: moving, splitting, lengthening, merging, turning round, retiring, replacing, deleting."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from math import dist
from typing import Protocol

import numpy as np
import shapely
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu

from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool
from gisapp.panels.drafting.acts import Act, Acts, Draw
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.tools.drawing.move_tool import Drag, MoveTool
from gisapp.tools.drawing.pick_tool import Picked, PickTool
from gisapp.tools.drawing.shapes import outline_of
from gisapp.tools.drawing.snap_aid import SnapAid
from layers.editing.copying import plan_copy_attributes
from layers.editing.ending import plan_delete_mistake, plan_replace, plan_retire
from layers.editing.lines import (
    End,
    plan_delete_vertex,
    plan_extend,
    plan_insert_vertex,
    plan_reverse,
    plan_trim,
)
from layers.editing.moving import plan_move_assets, plan_move_node, plan_move_vertex
from layers.editing.plan import Answers, Done, EditPlan
from layers.editing.splitting import plan_merge, plan_split
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.roles import EDIT
from layers.register import Register
from layers.scene.snapping import Place, Snap
from layers.text import Message

#: One act on more assets than this is for the table, not for the map.
MOST = 500
#: Stands for the reason until it is given.
_NO_REASON = "…"
_HINTS: Mapping[str, Message] = {
    "edit_shape": Message("draft.hint.edit_shape"),
    "split": Message("draft.hint.split"),
    "extend": Message("draft.hint.extend"),
    "trim": Message("draft.hint.trim"),
    "continue": Message("draft.hint.continue_pick"),
}


class Shaper(Protocol):
    """How bends of a type are moved when more hangs on them than the asset itself: the neighbour's border."""

    def move(self, register: Register, place: Place, to: Place) -> EditPlan: ...

    def add(self, register: Register, place: Place) -> EditPlan: ...

    def remove(self, register: Register, place: Place) -> EditPlan: ...


class Mending(QObject):
    """Tools and acts on assets that are there."""

    noticed = Signal(object)
    continue_asked = Signal(object, object, object)
    """An AssetKey, the end of it, and where that is: somebody wants to draw on from there."""

    def __init__(
        self,
        language: Language,
        session: Session,
        tasks: Tasks,
        canvas: MapCanvas,
        aid: SnapAid,
        acts: Acts,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._language, self._session, self._tasks = language, session, tasks
        self._canvas, self._acts = canvas, acts
        self.move_tool = MoveTool(canvas, aid, language.render)
        #: By type: who moves its bends, who draws a new one; and the hints of further tools.
        self.shapers: dict[str, Shaper] = {}
        self.plans: dict[str, Draw] = {}
        self.hints: dict[str, Message] = dict(_HINTS)
        picks: Mapping[str, tuple[int, Callable[[tuple[Picked, ...]], None]]] = {
            "split": (1, self._split),
            "extend": (2, self._extend),
            "trim": (1, self._trim),
            "continue": (1, self._continue),
        }
        self.tools: dict[str, MapTool] = {"edit_shape": self.move_tool}
        for name, (count, handler) in picks.items():
            tool = PickTool(canvas, aid, count)
            tool.news.picked.connect(handler)
            tool.news.missed.connect(lambda: self.noticed.emit(Message("draft.missed")))
            self.tools[name] = tool
        news = self.move_tool.news
        news.dragged.connect(self._preview)
        news.dropped.connect(self._move)
        news.bend_asked.connect(self._bend)
        news.menu_asked.connect(self._open_menu)

    def hint(self, name: str) -> Message | None:
        """What a tool does."""
        return self.hints.get(name)

    # ---- moving

    def _moving(self, drag: Drag) -> Callable[[Register, Answers], EditPlan]:
        grip, (x, y) = drag.grip, drag.to
        key = AssetKey(grip.type, grip.id)
        dx, dy = x - drag.start[0], y - drag.start[1]

        def make(register: Register, _: Answers) -> EditPlan:
            words, shaper = register.catalogue[key.type].editing, self.shapers.get(key.type)
            if shaper is not None:
                return shaper.move(register, drag.start, drag.to)
            if grip.kind == "point" and (drag.alone or words.on_line is None):
                return plan_move_assets(register, (key,), dx, dy, alone=drag.alone)
            if grip.kind == "point" or (grip.kind == "end" and words.conducts):
                return plan_move_node(register, drag.start, drag.to)
            index = nearest_vertex(register, key, drag.start)
            return plan_move_vertex(register, key, index, drag.to)

        return make

    def _preview(self, drag: Drag) -> None:
        register = self._session.register
        if register is None:
            return
        make = self._moving(drag)
        self._tasks.run(
            Message("draft.task.plan"), lambda _: make(register, {}), self.move_tool.show_effect,
            failed=lambda error: self.move_tool.show_refusal(error.title),
            owner=self, key="drafting-preview", shown=False,
        )  # fmt: skip

    def _move(self, drag: Drag) -> None:
        if self._may("edit"):
            self._acts.do(Act(self._moving(drag)))

    def _bend(self, key: AssetKey, place: Place) -> None:
        def make(register: Register, _: Answers) -> EditPlan:
            shaper = self.shapers.get(key.type)
            return plan_insert_vertex(register, key, place) if shaper is None else shaper.add(register, place)

        if self._may("edit"):
            self._acts.do(Act(make))

    def _open_menu(self, at: QPoint, grip: Snap) -> None:
        key = AssetKey(grip.type, grip.id)
        menu = QMenu(self._canvas)
        menu.aboutToHide.connect(menu.deleteLater)
        remove = menu.addAction(self._language.label(Message("draft.menu.remove_bend")))
        remove.setEnabled(grip.kind == "vertex" or key.type in self.shapers)
        remove.triggered.connect(lambda: self._remove_bend(key, grip.place))
        menu.popup(at)

    def _remove_bend(self, key: AssetKey, place: Place) -> None:
        def make(register: Register, _: Answers) -> EditPlan:
            shaper = self.shapers.get(key.type)
            if shaper is not None:
                return shaper.remove(register, place)
            return plan_delete_vertex(register, key, nearest_vertex(register, key, place))

        if self._may("edit"):
            self._acts.do(Act(make))

    # ---- lines picked on the map

    def _split(self, picked: tuple[Picked, ...]) -> None:
        (key, place), *_ = picked

        def select(done: Done) -> None:
            self._session.select((key, *done.made))

        if self._may("edit"):
            self._acts.do(Act(lambda register, _: plan_split(register, key, place), done=select))

    def _extend(self, picked: tuple[Picked, ...]) -> None:
        (key, place), (target, _) = picked
        end = self._end_near(key, place)
        if end is not None and self._may("edit"):
            self._acts.do(Act(lambda register, _: plan_extend(register, key, end[0], target=target)))

    def _trim(self, picked: tuple[Picked, ...]) -> None:
        (key, place), *_ = picked
        if self._may("edit"):
            self._acts.do(Act(lambda register, _: plan_trim(register, key, place)))

    def _continue(self, picked: tuple[Picked, ...]) -> None:
        (key, place), *_ = picked
        end = self._end_near(key, place)
        if end is not None and self._may("edit"):
            self.continue_asked.emit(key, *end)

    def _end_near(self, key: AssetKey, place: Place) -> tuple[End, Place] | None:
        """The end of a line that is nearest to a place, and where it is."""
        outline = outline_of(self._canvas.scene, key)
        if outline is None:
            return None
        first, last = (
            (float(outline[0, 0]), float(outline[0, 1])),
            (float(outline[-1, 0]), float(outline[-1, 1])),
        )
        return ("start", first) if dist(place, first) < dist(place, last) else ("end", last)

    # ---- acts on the selection

    @property
    def lines(self) -> tuple[AssetKey, ...]:
        """The selected lines of the network, as far as there are few."""
        return tuple(key for key in self._selected() if self._type(key).editing.conducts)

    @property
    def ending(self) -> tuple[AssetKey, ...]:
        """What is selected and can be retired."""
        return tuple(key for key in self._selected() if self._type(key).editing.retired is not None)

    @property
    def removable(self) -> tuple[AssetKey, ...]:
        """What is selected and can be taken away."""
        return self._selected()

    def merge(self) -> None:
        """One line of those selected, which follow each other; asks where they differ."""
        if len(self.lines) > 1 and self._may("edit"):
            first, *others = self.lines
            self._acts.do(
                Act(
                    lambda register, answers: plan_merge(register, first, *others, answers=answers or None),
                    done=lambda _: self._session.select((first,)),
                )
            )

    def reverse(self) -> None:
        """Turn the selected lines round."""
        lines = self.lines
        if lines and self._may("edit"):
            self._acts.do(Act(lambda register, _: plan_reverse(register, lines)))

    def retire(self) -> None:
        """Take what is selected out of the network on a date, the effect shown first."""
        keys = self.ending
        if keys and self._may("edit"):
            self._acts.do(
                Act(
                    lambda register, answers: plan_retire(register, keys, answers.get("date", _today())),
                    shown=True, asked="date",
                )
            )  # fmt: skip

    def replace(self) -> None:
        """Retire the selected asset and put a new one in its place, linked to it."""
        keys = self.ending
        if len(keys) == 1 and self._may("edit"):
            self._acts.do(
                Act(
                    lambda register, answers: plan_replace(register, keys[0], answers.get("date", _today())),
                    shown=True,
                    asked="date",
                    done=lambda done: self._session.select(done.made[:1]),
                )
            )

    def delete_mistake(self) -> None:
        """Take away what was entered by mistake: with a reason, the effect shown first."""
        keys = self.removable
        if keys and self._may("delete_mistake"):

            def make(register: Register, answers: Answers) -> EditPlan:
                rest = {name: value for name, value in answers.items() if name != "reason"}
                reason = answers.get("reason", _NO_REASON)
                return plan_delete_mistake(register, keys, reason, answers=rest or None)

            self._acts.do(Act(make, shown=True, asked="reason"))

    def copy_attributes(self) -> None:
        """Give the selected assets of a type the values of the first of them, the effect shown first."""
        keys = self._selected()
        same = tuple(key for key in keys[1:] if key.type == keys[0].type)
        if same and self._may("edit"):
            self._acts.do(Act(lambda register, _: plan_copy_attributes(register, keys[0], same), shown=True))

    def _selected(self) -> tuple[AssetKey, ...]:
        selection = self._session.selection
        return tuple(selection) if 0 < len(selection) <= MOST else ()

    def _type(self, key: AssetKey) -> AssetType:
        register = self._session.register
        assert register is not None
        return register.catalogue[key.type]

    def _may(self, act: str) -> bool:
        if not self._session.may(act):
            refusal = self._session.refusal()
            if refusal is not None:
                self.noticed.emit(refusal.title)
            elif self._session.may(EDIT):
                self.noticed.emit(Message("role.no_act"))
            else:
                self.noticed.emit(Message("draft.read_only"))
            return False
        return True


def nearest_vertex(register: Register, key: AssetKey, place: Place) -> int:
    """The number of the vertex of an asset that is nearest to a place, as ``shapely.get_coordinates`` counts."""
    asset = register.get(key.type, key.id)
    if asset is None or asset.geometry is None:
        return 0
    xy = shapely.get_coordinates(asset.geometry)
    return int(np.argmin(np.hypot(*(xy - np.array(place)).T)))


def _today() -> str:
    return datetime.date.today().isoformat()
