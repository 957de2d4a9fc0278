"""The map: which place lies in which. The nation's is shipped; a market may add places of its own.

31 provinces; the cities of the pilot that are no provinces lie apart, and so do the rests of their provinces, so that
the nation has 38 leaves.

>>> nation().inside("liaoning")
('shenyang', 'dalian', 'liaoning-rest')
>>> nation().above("shenzhen")
('guangdong',)
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

#: what follows the id of a place in the id of what remains of it, where parts of it lie apart
REST = "-rest"


@dataclass(frozen=True)
class Places:
    """Places and the place that each lies in (``parents``; empty: in none), in the order of the file."""

    parents: Mapping[str, str]

    def parent(self, place: str) -> str:
        """The place that this one lies in; empty for a province and for what nobody knows."""
        return self.parents.get(place, "")

    def above(self, place: str) -> tuple[str, ...]:
        """The places around one, the nearest first."""
        found: dict[str, None] = {}
        while (place := self.parent(place)) and place not in found:
            found[place] = None
        return tuple(found)

    def inside(self, place: str) -> tuple[str, ...]:
        """The places directly in one, in the order of the file."""
        return tuple(below for below, parent in self.parents.items() if parent == place)

    def within(self, names: Iterable[str], among: Iterable[str]) -> tuple[str, ...]:
        """Those of the places ``among`` that are named, or lie in a named one."""
        wanted = set(names)
        return tuple(place for place in among if wanted.intersection((place, *self.above(place))))


@dataclass(frozen=True)
class Nation(Places):
    """The shipped map, with names in Chinese, inhabitants (2020), and codes of ISO 3166-2:CN, by place.

    ``remoteness`` runs from 0 (1,000 inhabitants per km2 and more) to 1 (one per km2), by the logarithm of density: a
    stand-in for what deliveries cost, from areas that are from memory.
    """

    codes: Mapping[str, str]
    names_zh: Mapping[str, str]
    population: Mapping[str, float]
    remoteness: Mapping[str, float]


@functools.cache
def nation() -> Nation:
    """The map of the nation, from ``nation.csv``, where source and confidence of each figure stand."""
    with files(__package__).joinpath("nation.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return Nation(
        parents={row["place"]: row["parent"] for row in rows},
        codes={row["place"]: row["iso"] for row in rows if row["iso"]},
        names_zh={row["place"]: row["name_zh"] for row in rows},
        population={row["place"]: float(row["population"]) for row in rows},
        remoteness={row["place"]: _remoteness(float(row["population"]) / float(row["area_km2"])) for row in rows},
    )


def _remoteness(density: float) -> float:
    """From 0 to 1 by inhabitants per km2."""
    return round(min(1.0, max(0.0, 1 - math.log10(density) / 3)), 3)


def usual_parent(place: str) -> str:
    """Where a place lies if nobody says it: as the nation has it; a rest in what it is the rest of; else in none."""
    known = nation().parents
    return known[place] if place in known else place.removesuffix(REST) if place.endswith(REST) else ""


def nested(place: str, around: str, where: str) -> tuple[str, str]:
    """What is wrong, and what to do, where one market names a place and one inside it."""
    what = f"'{place}' lies inside '{around}', and both stand in {where}, so that its volume would count twice"
    return what, f"write '{around}{REST}' instead of '{around}' if that row is without '{place}', or remove one of them"
