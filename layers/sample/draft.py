"""The city as drawn, before it becomes tables: streets, blocks, network, areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.areas import Areas, divide
from layers.sample.districts import USES, Districts, make_districts
from layers.sample.estates import Estates, make_estates
from layers.sample.fittings import Fittings, fit
from layers.sample.ground import Floats, Ground
from layers.sample.mains import Flows, RoadMains, lay_mains, size_mains
from layers.sample.net import MAIN, REDUCER, Net, Spans
from layers.sample.size import CitySize
from layers.sample.sources import Sources, make_sources
from layers.sample.streams import stream
from layers.sample.streets import Ints, StreetPlan, make_streets
from layers.sample.words import Texts, community_names, pick, road_names, words

GRIDS = 8
_LITRES_A_DAY = 480.0
_SHARED_FACTOR = 60.0


@dataclass(frozen=True)
class Draft:
    """Everything that the tables are made from."""

    seed: int
    size: CitySize
    ground: Ground
    plan: StreetPlan
    districts: Districts
    net: Net
    mains: RoadMains
    estates: Estates
    sources: Sources
    flows: Flows
    fittings: Fittings
    grids: Areas
    supply_areas: Areas
    metered_districts: Areas
    road_names: Texts
    estate_names: Texts
    node_place: Floats
    node_kind: Ints
    node_owner: Ints
    node_plan: Floats
    spans: Spans
    span_role: Ints
    span_road: Ints
    span_estate: Ints
    span_dn: Ints

    def random(self, part: str) -> np.random.Generator:
        """The random stream of a part."""
        return stream(self.seed, part)


def draw(size: CitySize, seed: int) -> Draft:
    """Draw the city of that size and seed."""
    ground = Ground.make(size, stream(seed, "ground"))
    plan = make_streets(size, stream(seed, "streets"))
    districts = make_districts(plan, stream(seed, "districts"))
    net = Net()
    mains = lay_mains(plan, net, stream(seed, "mains"))
    estates = make_estates(plan, districts, mains, net, size.meters, stream(seed, "estates"))
    sources = make_sources(plan, size, mains, net, stream(seed, "sources"))
    flows = size_mains(net, mains, sources.supply, _demand(net, estates), stream(seed, "sizes"))
    fittings = fit(plan, size, mains, net, flows, stream(seed, "valves"), stream(seed, "hydrants"))
    load = np.bincount(estates.block, estates.meters(), len(plan.blocks)).astype(np.float64)
    spans = net.spans()
    paths, nodes = net.paths(), net.nodes()
    role = paths.role[spans.path]
    return Draft(
        seed,
        size,
        ground,
        plan,
        districts,
        net,
        mains,
        estates,
        sources,
        flows,
        fittings,
        divide(plan, load, GRIDS),
        divide(plan, load, size.plants),
        divide(plan, load, size.districts),
        road_names(plan.roads.road_class, plan.roads.end - plan.roads.start, stream(seed, "road names")),
        _estate_names(estates, stream(seed, "estate names")),
        ground.place(nodes.u, nodes.v),
        nodes.kind,
        nodes.owner,
        np.column_stack([nodes.u, nodes.v]),
        spans,
        role,
        paths.road[spans.path],
        paths.estate[spans.path],
        _sizes(net, spans, flows, role, nodes.kind, nodes.owner),
    )


def _demand(net: Net, estates: Estates) -> Floats:
    """What every node's customers use, litres a day."""
    demand = np.zeros(net.node_count)
    joined = estates.entry_node >= 0
    shared = np.bincount(estates.shared_estate, minlength=len(estates))
    use = (estates.meters() + _SHARED_FACTOR * shared) * _LITRES_A_DAY
    np.add.at(demand, estates.entry_node[joined], use[joined])
    return demand


def _sizes(net: Net, spans: Spans, flows: Flows, role: Ints, kind: Ints, owner: Ints) -> Ints:
    """The size of every pipe; the piece between a crossing and a reducer is as thick as the crossing's main."""
    middle = (spans.start + spans.end) / 2
    dn = np.where(role == MAIN, flows.dn_at(spans.path, middle), net.paths().dn[spans.path])
    crossing = np.zeros(net.node_count, dtype=bool)
    crossing[flows.first] = crossing[flows.last] = True
    for node, other in ((spans.first, spans.last), (spans.last, spans.first)):
        thick = (kind[node] == REDUCER) & crossing[other] & (role == MAIN)
        dn[thick] = owner[node[thick]]
    return dn


def _estate_names(estates: Estates, random: np.random.Generator) -> Texts:
    kinds = np.array([use.name for use in USES])[estates.use]
    age = np.searchsorted([1998, 2008], estates.year, side="right")
    names = community_names(age, kinds, random)
    stems = words()["communities"]["first"]
    for kind, endings in words()["blocks"].items():
        here = np.flatnonzero(kinds == kind)
        names[here] = pick(stems, len(here), random) + pick(endings, len(here), random)
    return names
