"""Several markets on one map: the places of a scenario, and each of its markets laid on them.

A market may say `guangdong` where another one says `shenzhen`. The first one's row is then split over the places inside
Guangdong, so that both speak of the same places; a place that no market divides stays one place. Volumes are split in
proportion to inhabitants (inside a place of the user's own: to ``demand_weight``), institutions in whole numbers by
largest remainder. A place that has a row of its own keeps that row. Only markets divide places.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.market import LEVELS, Drug, Market, Product, Province
from vbp_sim.scenario.places import REST, Places, nation, nested

#: what a drug must be alike in wherever it stands, with the name of the column
SAME = {
    "form": "form", "unit": "unit", "drug_class": "class", "kind": "kind",
    "class_atc": "class_atc", "ddd": "ddd", "equivalence": "equivalence", "shortage_class": "shortage_class",
}  # fmt: skip

#: the places that a place is divided into, with the share of each; the shares add up to 1
Parts = dict[str, float]


@dataclass(frozen=True)
class Markets:
    """The markets of a scenario, all on the same places.

    ``each`` distinct market has its own drugs and products and all places, with volume 0 where it says nothing; ``of``
    says by round which of them is the round's. ``merged`` has all drugs and products, the first record of each, and the
    volumes, by drug and place, of their ``home``: the first market that reports some, -1 where none does, shape (drugs,
    places). ``places`` is the nation's map and what the markets add to it.
    """

    merged: Market
    each: tuple[Market, ...]
    of: Mapping[str, int]
    home: npt.NDArray[np.int64]
    places: Places

    def of_round(self, name: str) -> Market:
        """The market of a round."""
        return self.each[self.of[name]]

    def taking_part(self, name: str, members: Sequence[str] = ()) -> tuple[str, ...]:
        """Ids of the places of a round: those with volume in its market that lie in its members, if it has any."""
        market = self.of_round(name)
        some = market.reported.sum(axis=0) > 0
        here = tuple(place.id for place, reports in zip(market.provinces, some, strict=True) if reports)
        return self.places.within(members, here) if members else here


@dataclass(frozen=True)
class Conflict:
    """What two markets do not agree on; ``market`` is the index of the one to change."""

    market: int
    what: str
    remedy: str


def alone(market: Market, rounds: Iterable[str]) -> Markets:
    """One market for all rounds; it stays as it is."""
    home = np.where(market.reported > 0, 0, -1).astype(np.int64)
    return Markets(market, (market,), dict.fromkeys(rounds, 0), home, _map([market]))


def lay(markets: Sequence[Market], of: Mapping[str, int]) -> Markets:
    """Lay markets without `conflicts` on one map; ``of``: by round, the index of its market."""
    if len(markets) == 1:
        return alone(markets[0], of)
    places = _map(markets)
    parts = _parts(markets, places)
    provinces = _provinces(markets, places, parts)
    each = tuple(_laid(market, provinces, parts) for market in markets)
    drugs: dict[str, Drug] = {}
    products: dict[tuple[str, str], Product] = {}
    for market in each:
        for drug in market.drugs:
            drugs.setdefault(drug.id, drug)
        for product in market.products:
            products.setdefault((product.drug, product.manufacturer), product)
    home, reported = _home(each, list(drugs), len(provinces))
    merged = Market(
        name=" + ".join(dict.fromkeys(market.name for market in each)),
        folder=each[0].folder,
        provinces=provinces,
        drugs=tuple(drugs.values()),
        products=tuple(products.values()),
        reported=reported,
        digest=hashlib.sha256(json.dumps([[m.name, m.digest] for m in each]).encode()).hexdigest(),
    )
    return Markets(merged, each, dict(of), home, places)


def conflicts(markets: Sequence[Market]) -> list[Conflict]:
    """What keeps markets from standing in one scenario; empty for a single one."""
    places = _map(markets)
    found = [*_drugs_differ(markets), *_places_differ(markets, places)]
    return found or _too_few(markets, places)


def _map(markets: Sequence[Market]) -> Places:
    """The nation's map and the markets' own places; where one lies in a nation's, what remains there is its rest."""
    parents = dict(nation().parents)
    for place in (place for market in markets for place in market.provinces if place.parent):
        if place.id not in parents and place.parent in nation().parents:
            parents.setdefault(place.parent + REST, place.parent)
        parents.setdefault(place.id, place.parent)
    return Places(parents)


def _parts(markets: Sequence[Market], places: Places) -> dict[str, Parts]:
    """What each place that a market names is divided into."""
    rows = {place.id: place for market in reversed(markets) for place in market.provinces}
    divided = {above for name in rows for above in places.above(name)}

    def parts(place: str) -> Parts:
        if place not in divided:
            return {place: 1.0}
        known = place in nation().population
        by = "population" if known else "demand_weight"
        weights = {below: _weight(below, places, rows, by) for below in places.inside(place)}
        total = math.fsum(weights.values())
        shares = {below: weight / total if total else 1 / len(weights) for below, weight in weights.items()}
        return {leaf: share * part for below, share in shares.items() if share for leaf, part in parts(below).items()}

    return {name: parts(name) for name in rows}


def _weight(place: str, places: Places, rows: Mapping[str, Province], by: str) -> float:
    """Inhabitants of a place (or what ``by`` names); a rest has what the others inside its parent leave."""
    around, people = places.parent(place), nation().population
    if around in people and place == around + REST:
        others = (_weight(other, places, rows, by) for other in places.inside(around) if other != place)
        return max(0.0, people[around] - math.fsum(others))
    if place in people:
        return people[place]
    if place in rows:
        return float(getattr(rows[place], by))
    return math.fsum(_weight(below, places, rows, by) for below in places.inside(place))


def _provinces(markets: Sequence[Market], places: Places, parts: Mapping[str, Parts]) -> tuple[Province, ...]:
    """The places of the scenario: a market's own row where there is one, else a part of the first row around it."""
    rows = {place.id: place for market in reversed(markets) for place in market.provinces}
    found: dict[str, Province] = {}
    for row in (row for market in markets for row in market.provinces):
        counts = {level: whole_numbers(getattr(row, level), parts[row.id]) for level in LEVELS}
        for leaf, share in parts[row.id].items():
            part = rows.get(leaf) or Province(
                id=leaf,
                name_zh=nation().names_zh.get(leaf) or (f"{row.name_zh}（其余）" if row.name_zh else ""),
                population=row.population * share,
                tertiary=counts["tertiary"][leaf],
                secondary=counts["secondary"][leaf],
                primary=counts["primary"][leaf],
                demand_weight=row.demand_weight * share,
                remoteness=nation().remoteness.get(leaf, row.remoteness),
            )
            found.setdefault(leaf, replace(part, parent=places.parent(leaf)))
    return tuple(found.values())


def whole_numbers(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """``total`` in whole numbers by largest remainder; where remainders are equal, by id."""
    found = {name: int(total * share) for name, share in shares.items()}
    largest = sorted(shares, key=lambda name: (found[name] - total * shares[name], name))
    for name in largest[: total - sum(found.values())]:
        found[name] += 1
    return found


def _laid(market: Market, provinces: tuple[Province, ...], parts: Mapping[str, Parts]) -> Market:
    """A market on all places of the scenario: its rows, volumes and regions split."""
    column = {place.id: p for p, place in enumerate(provinces)}
    reported = np.zeros((len(market.drugs), len(provinces)))
    for i, row in enumerate(market.provinces):
        for leaf, share in parts[row.id].items():
            reported[:, column[leaf]] = market.reported[:, i] * share
    reported.setflags(write=False)
    products = tuple(
        replace(product, regions=tuple(leaf for region in product.regions for leaf in parts[region]))
        for product in market.products
    )
    return replace(market, provinces=provinces, products=products, reported=reported)


def _home(
    markets: Sequence[Market], drugs: list[str], places: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """By drug and place the first market that reports a volume (-1: none), and that volume in units per year."""
    home = np.full((len(drugs), places), -1, dtype=np.int64)
    reported = np.zeros(home.shape)
    for index, market in enumerate(markets):
        for drug, volumes in zip(market.drugs, market.reported, strict=True):
            d = drugs.index(drug.id)
            first = (home[d] < 0) & (volumes > 0)
            home[d, first], reported[d, first] = index, volumes[first]
    for array in (home, reported):
        array.setflags(write=False)
    return home, reported


def _drugs_differ(markets: Sequence[Market]) -> list[Conflict]:
    found: list[Conflict] = []
    first: dict[str, tuple[str, Drug]] = {}
    for index, market in enumerate(markets):
        for drug in market.drugs:
            other, known = first.setdefault(drug.id, (market.name, drug))
            for field, column in SAME.items():
                here, there = getattr(drug, field), getattr(known, field)
                if here and there and here != there:
                    what = f"the drug '{drug.id}' has {column} '{here}' in {market.name} and '{there}' in {other}"
                    remedy = "one id is one drug: make them agree in drugs.csv, or give one of them another id"
                    found.append(Conflict(index, what, remedy))
    return found


def _places_differ(markets: Sequence[Market], places: Places) -> list[Conflict]:
    found: list[Conflict] = []
    for index, market in enumerate(markets):
        named = {place.id for place in market.provinces}
        for place in market.provinces:
            above = places.above(place.id)
            if place.parent != places.parent(place.id) and place.parent:
                other = places.parent(place.id)
                what = f"'{place.id}' lies in '{place.parent}' in {market.name}, and in '{other}' in another market"
                found.append(Conflict(index, what, "give it one parent in all provinces.csv"))
            elif place.id in above:
                what = f"'{place.id}' lies in itself, by way of {', '.join(above)}"
                found.append(Conflict(index, what, "correct the parents in provinces.csv"))
            elif around := named.intersection(above):
                found.append(Conflict(index, *nested(place.id, min(around), market.name)))
    return found


def _too_few(markets: Sequence[Market], places: Places) -> list[Conflict]:
    """Rows with so few institutions that a part of them would have none; the first row around it is to blame."""
    parts = _parts(markets, places)
    without = {place.id for place in _provinces(markets, places, parts) if not any(getattr(place, x) for x in LEVELS)}
    found: dict[str, Conflict] = {}
    for index, market in enumerate(markets):
        for row in market.provinces:
            what = f"{market.name} has too few institutions in '{row.id}' to divide them: none is left for"
            remedy = f"give more, or write rows for the places inside '{row.id}'"
            for leaf in (leaf for leaf in parts[row.id] if leaf in without):
                found.setdefault(leaf, Conflict(index, f"{what} '{leaf}'", remedy))
    return list(found.values())
