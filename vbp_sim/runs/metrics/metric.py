"""What a metric is, and all metrics by their id. A new metric is one function in any file that is imported:

    @metric("dear_bids", group="tender", unit="share", meaning="bids above half of the ceiling", cuts=("drug",))
    def dear_bids(run: Replication) -> float:
        return mean_of(run.t["bids"]["bid"] > run.t["bids"]["ceiling"] / 2)

What most metrics of a file share is said once there: ``declare = partial(metric, group="tender", unit="share")``.

>>> METRICS["cut_own"].unit
'share'
>>> METRICS["completion@renewals"].part
'renewals'
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs.metrics.replication import Replication
from vbp_sim.scenario.plugins import in_use

Formula = Callable[[Replication], float]
#: what a metric can be told of a part of: some drugs, some provinces, some levels of hospital, one round
Dimension = Literal["drug", "province", "level", "round"]

#: groups in the order in which people see them; others come after
GROUPS = ("price", "tender", "use", "products", "before_after", "money", "reporting", "incentive", "supply", "firms")
#: the part of a run that is no round's own: all agreements that follow another one
RENEWALS = "renewals"
_PACKAGE = "vbp_sim.runs.metrics"
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Metric:
    """One headline number of a run.

    ``decimals`` are those that people see; shares are per cent, money is scaled. ``better``: whether more of it or
    less is welcome to patients and payers, None where neither is. ``wanted``: its place among those that charts and
    pages take where nobody chooses, 0 for none. ``part``: the round that it is of; ``control``: it needs a world
    without VBP beside the run.
    """

    id: str
    group: str
    unit: str
    meaning: str
    formula: Formula
    decimals: int = 1
    better: Literal["higher", "lower"] | None = None
    cuts: tuple[Dimension, ...] = ()
    wanted: int = 0
    part: str = ""
    control: bool = False

    @property
    def base(self) -> str:
        """The id without a round."""
        return self.id.partition("@")[0]

    def of(self, part: str) -> Metric:
        """The same metric of one round, or of `RENEWALS`."""
        return replace(self, id=f"{self.base}@{part}", part=part)


class Metrics(Mapping[str, Metric]):
    """Metrics by id, by group and in the order of declaration; ``ID@ROUND`` is found too, but not listed."""

    def __init__(self) -> None:
        self._declared: dict[str, Metric] = {}
        self._homes: set[str] = set()
        self._whole = False

    def __getitem__(self, id: str) -> Metric:
        base, at, part = id.partition("@")
        metric = self._known[base]
        if not at:
            return metric
        if not part or "round" not in metric.cuts:
            raise KeyError(id)
        return metric.of(part)

    def __iter__(self) -> Iterator[str]:
        known = self._known
        groups = dict.fromkeys([*GROUPS, *(metric.group for metric in known.values())])
        return iter([metric.id for group in groups for metric in known.values() if metric.group == group])

    def __len__(self) -> int:
        return len(self._known)

    @property
    def wanted(self) -> list[str]:
        """Metrics that charts and pages take where nobody chooses, the most wanted first."""
        return sorted((id for id in self if self[id].wanted), key=lambda id: self[id].wanted)

    def enter(self, metric: Metric) -> None:
        """Add a metric; ValueError for an id that cannot be one, or that a metric of the package has."""
        if not _ID.fullmatch(metric.id):
            raise ValueError(f"'{metric.id}' cannot be the id of a metric: small letters, digits and _ are wanted")
        other = self._declared.get(metric.id)
        if other and _home(other).startswith("vbp_sim.") and _home(other) != _home(metric):
            raise ValueError(f"there is a metric {metric.id} already, in {_home(other)}")
        self._declared[metric.id] = metric
        self._homes.add(_home(metric))

    @property
    def _known(self) -> dict[str, Metric]:
        if not self._whole:
            self._whole = True
            for module in pkgutil.iter_modules(importlib.import_module(_PACKAGE).__path__, f"{_PACKAGE}."):
                if not module.name.endswith("__main__"):
                    importlib.import_module(module.name)
        if all(in_use(home) for home in self._homes):
            return self._declared
        return {id: metric for id, metric in self._declared.items() if in_use(_home(metric))}


METRICS = Metrics()


def metric(
    id: str,
    *,
    group: str,
    unit: str,
    meaning: str,
    decimals: int = 1,
    better: Literal["higher", "lower"] | None = None,
    cuts: tuple[Dimension, ...] = (),
    wanted: int = 0,
    control: bool = False,
) -> Callable[[Formula], Formula]:
    """Declare a function of a `Replication` as a metric; nan where it does not apply."""

    def enter(formula: Formula) -> Formula:
        METRICS.enter(Metric(id, group, unit, meaning, formula, decimals, better, cuts, wanted, control=control))
        return formula

    return enter


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids once each, as people see them: plain ones in the order of `METRICS`, then those of rounds, then unknown."""
    place = {id: i for i, id in enumerate(METRICS)}

    def key(item: tuple[int, str]) -> tuple[bool, bool, int, int]:
        seen, id = item
        base = id.partition("@")[0]
        return base not in place, "@" in id, place.get(base, 0), seen

    return [id for _, id in sorted(enumerate(dict.fromkeys(ids)), key=key)]


def known_ids(rounds: Sequence[str] = ()) -> list[str]:
    """Every id that runs of a scenario with these rounds have: those of rounds only if there are several, and none that
    needs another world beside."""
    parts = [*rounds, RENEWALS] if len(rounds) > 1 else []
    cut = [id for id in METRICS if "round" in METRICS[id].cuts]
    alone = [id for id in METRICS if not METRICS[id].control]
    return [*alone, *(f"{id}@{part}" for id in cut for part in parts)]


def check_known(metrics: Iterable[str], known: Sequence[str], option: str) -> None:
    """InputError for the first metric that is not known, with the nearest name."""
    for id in metrics:
        if id not in known:
            raise InputError(Problem(f"{option} {id}", "there is no such metric", nearest(id, list(known))))


def _home(metric: Metric) -> str:
    return str(getattr(metric.formula, "__module__", ""))
