"""Beginning a campaign and cutting it into lots: the two cards that lie over the desk's panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shapely
from PySide6.QtCore import QObject, QPoint
from shapely.geometry.base import BaseGeometry

from gisapp.language import Language
from gisapp.panels.census.campaign_entry import SELECTED, WHOLE, CampaignEntry
from gisapp.panels.census.census_panel import CensusPanel
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.lots_entry import ALL, NOBODY, LotsEntry
from gisapp.theme import Theme
from layers.census.form import Form
from layers.census.words import CAMPAIGN, RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.ground import read_grids
from layers.later import Later
from layers.model.asset import Asset, AssetKey
from layers.model.query import Query
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.lots import planning as lot_planning
else:
    lot_planning = Later("layers.census.lots.planning")

_WIDTH = 320
_CORNER = QPoint(8, 60)


class Making(QObject):
    """Asks on cards and writes what was entered as one act each."""

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre, panel: CensusPanel) -> None:
        super().__init__(panel)
        self._language, self._theme, self.centre, self._panel = language, theme, centre, panel
        self._made = 0

    # ---- a campaign

    def ask_campaign(self) -> None:
        """Ask what is counted where and until when."""
        register = self.centre.register
        if register is None:
            return
        selected = self._selected_areas(register)

        def work(_: Feedback) -> list[tuple[int, str]]:
            grids = read_grids(register)
            return [(int(grids.ids[n]), f"{grids.codes[n]} {grids.names[n]}") for n in range(len(grids.ids))]

        def show(grids: list[tuple[int, str]]) -> None:
            catalogue = register.catalogue
            target = catalogue[RECORD].field_named("target")
            types = [name for name in getattr(target, "targets", ()) if name in catalogue]
            entry = CampaignEntry(
                self._language,
                self._theme,
                catalogue,
                types,
                grids,
                len(selected),
                self.centre.today.isoformat(),
            )
            entry.left.connect(self._panel.card.shut)
            entry.saved.connect(lambda values: self._begin_campaign(register, values, selected))
            self._panel.card.shut()
            self._panel.card.open(entry, "name", _WIDTH, _CORNER)

        self.centre.tasks.run(
            Message("census_desk.task.read"), work, show, owner=self, key="counting-card", shown=False
        )

    def _selected_areas(self, register: Register) -> tuple[AssetKey, ...]:
        """The areas that are selected: grids, communities and so on."""
        chosen = self.centre.session.selection
        return tuple(key for key in chosen if register.catalogue[key.type].shape == "polygon")

    def _begin_campaign(
        self, register: Register, values: dict[str, Any], selected: Sequence[AssetKey]
    ) -> None:
        label = Message("census_desk.act.campaign", {"name": values["name"] or ""})
        day = self.centre.today
        area = values.pop("area")

        def work(edit: Edit) -> None:
            given = {name: value for name, value in values.items() if value is not None}
            its = Asset(CAMPAIGN, 0, 0, given)
            form = Form.of(its, register.catalogue)
            self._made = edit.insert(CAMPAIGN, {
                **given, "state": "open", "form": form.as_text(), "form_version": 1,
                "geom": _area(register, area, selected), "seed": int(f"{day:%Y%m%d}"),
                "sample_percent": register.setting("sample_percent"),
            })  # fmt: skip

        def done() -> None:
            self._panel.card.shut()
            self.centre.choose_campaign(self._made)

        self.centre.write(label, work, done, self._panel.card.show_failed)

    # ---- lots

    def ask_lots(self) -> None:
        """Ask how the campaign is cut and who goes out."""
        register, campaign = self.centre.register, self.centre.campaign
        if register is None or campaign is None:
            return
        chosen = tuple(self.centre.session.selection)

        def work(_: Feedback) -> list[tuple[int, str]]:
            return [(team.id, str(team["name"])) for team in register.find(Query("team"))]

        def show(teams: list[tuple[int, str]]) -> None:
            names = set(str(campaign["types"]).split(","))
            mine = [(key.type, key.id) for key in chosen if key.type in names]
            entry = LotsEntry(self._language, self._theme, register.catalogue, teams, len(mine))
            entry.left.connect(self._panel.card.shut)
            entry.asked.connect(lambda: self._tell(entry, register, campaign, mine))
            entry.saved.connect(lambda values: self._make_lots(register, campaign, values, mine, teams))
            self._panel.card.shut()
            self._panel.card.open(entry, "way", _WIDTH, _CORNER)
            self._tell(entry, register, campaign, mine)

        self.centre.tasks.run(
            Message("census_desk.task.read"), work, show, owner=self, key="counting-card", shown=False
        )

    def _tell(
        self, entry: LotsEntry, register: Register, campaign: Asset, chosen: Sequence[tuple[str, int]]
    ) -> None:
        """Say what would come of it."""
        way, size = entry.way, entry.most or 1
        name = self._list_name()

        def work(feedback: Feedback) -> lot_planning.LotPlan:
            return lot_planning.plan_cuts(
                register, campaign, way, size=size, chosen=chosen, list_name=name, feedback=feedback
            )

        def told(plan: Any) -> None:
            if self._panel.card.entry is entry:
                entry.show_plan(plan)

        self.centre.tasks.run(
            Message("census_desk.task.cut"),
            work,
            told,
            failed=told,
            owner=entry,
            key="counting-cut",
            shown=False,
        )

    def _list_name(self) -> str:
        return self._language.render(
            Message("census_desk.lots.list_name", {"day": self.centre.today.isoformat()})
        )

    def _make_lots(
        self,
        register: Register,
        campaign: Asset,
        values: dict[str, Any],
        chosen: Sequence[tuple[str, int]],
        teams: Sequence[tuple[int, str]],
    ) -> None:
        card, render, name = self._panel.card, self._language.render, self._list_name()

        def work(feedback: Feedback) -> tuple[Any, ...]:
            plan = lot_planning.plan_cuts(
                register, campaign, values["way"], size=values["size"] or 1, chosen=chosen, list_name=name,
                feedback=feedback.part(0, 0.2),
            )  # fmt: skip
            return lot_planning.walk_cuts(register, plan.cuts, feedback.part(0.2, 1.0))

        def write(cuts: tuple[Any, ...]) -> None:
            label = Message("census_desk.act.lots", {"count": len(cuts), "campaign": campaign["name"]})

            def make(edit: Edit) -> None:
                lot_planning.make_walked_lots(
                    edit,
                    campaign.id,
                    cuts,
                    render,
                    teams=_teams(values["team"], teams, len(cuts)),
                    due=values["due_date"],
                )

            self.centre.write(label, make, card.shut, card.show_failed, shown=True)

        self.centre.tasks.run(
            Message("census_desk.task.walk"),
            work,
            write,
            failed=card.show_failed,
            owner=self,
            key="counting-lots",
        )


def _teams(chosen: Any, teams: Sequence[tuple[int, str]], lots: int) -> dict[int, int]:
    """Which team gets which lot: one gets all, or all in turn."""
    if chosen in (NOBODY, None):
        return {}
    if chosen == ALL:
        return {number: teams[number % len(teams)][0] for number in range(lots)}
    return dict.fromkeys(range(lots), int(chosen))


def _area(register: Register, area: Any, selected: Sequence[AssetKey]) -> BaseGeometry | None:
    """The ground of a campaign; None for the whole city."""
    if area == WHOLE:
        return None
    keys = selected if area == SELECTED else [AssetKey("grid", int(area))]
    found = [register.get(*key) for key in keys]
    shapes = [asset.geometry for asset in found if asset is not None and asset.geometry is not None]
    if not shapes:
        raise UserError(Message("census_desk.new.no_area"))
    return shapely.union_all(shapes)
