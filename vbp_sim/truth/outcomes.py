"""Simulated outcomes beside published ones: the table of `vbp backtest --targets`.

for held in hold(read_targets("pilot"), replications=20):
    print(held.target.id, held.verdict)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

import vbp_sim
from vbp_sim.runs import aside, reading
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.reading import Count, Known, Whole
from vbp_sim.runs.target import make_folder
from vbp_sim.scenario.draws import Draws
from vbp_sim.truth.accuracy import crps, interval_score
from vbp_sim.truth.targets import TENDER, Target
from vbp_sim.truth.worlds import values

FILE = "targets.json"
PROGRAM = "vbp_sim backtest of targets"
AGAIN = "hold the targets against their worlds again"
#: quantiles over replications of the 80 and the 90 % band
BANDS = ((0.1, 0.9), (0.05, 0.95))


@dataclass(frozen=True)
class Held:
    """A target and what the replications say of it. ``low`` and ``high`` are the ends of the 90 % band, ``low80`` and
    ``high80`` of the 80 % band; ``crps`` and ``score`` (interval score of the 90 % band) in the unit of the target,
    lower is better; all nan if it never applies. ``luck``: the same without draws of parameters, None where none were
    drawn.
    """

    target: Target
    mean: float
    low: float
    high: float
    low80: float
    high80: float
    crps: float
    score: float
    luck: Held | None = None

    @classmethod
    def of(cls, target: Target, values: npt.ArrayLike, luck: npt.ArrayLike | None = None) -> Held:
        """From the value of each replication, and of each with luck alone."""
        drawn = np.asarray(values, dtype=np.float64)
        alone = None if luck is None else cls.of(target, luck)
        known = drawn[~np.isnan(drawn)]
        if not len(known):
            return cls(target, *(float("nan"),) * 7, alone)
        (low80, high80), (low, high) = (map(float, np.quantile(known, band)) for band in BANDS)
        scores = crps(known, target.value), interval_score(low, high, target.value)
        return cls(target, float(known.mean()), low, high, low80, high80, *scores, alone)

    @property
    def verdict(self) -> str:
        """``in``: the published value lies in the 90 % band; ``near``: only its published interval reaches into it;
        ``out``; ``none``: the metric does not apply."""
        t = self.target
        if np.isnan(self.mean):
            return "none"
        if self.low - 1e-9 <= t.value <= self.high + 1e-9:
            return "in"
        ends = (t.value if np.isnan(end) else end for end in (t.low, t.high))
        low, high = ends
        return "near" if low <= self.high and high >= self.low else "out"

    @property
    def in80(self) -> bool:
        """Whether the published value lies in the 80 % band."""
        return bool(self.low80 - 1e-9 <= self.target.value <= self.high80 + 1e-9)

    @property
    def naive_nearer(self) -> bool | None:
        """Whether the naive forecast is nearer to the published value than the mean; None without one."""
        if np.isnan(self.target.naive) or np.isnan(self.mean):
            return None
        return abs(self.target.naive - self.target.value) < abs(self.mean - self.target.value)


def hold(
    targets: Iterable[Target],
    replications: int = 20,
    seed: int = 1,
    *,
    workers: int | None = None,
    draws: tuple[Draws, ...] = (),
    tell: Callable[[str], None] = lambda text: None,
) -> list[Held]:
    """Live through the worlds of all targets that are used, and measure what each of them is: with draws of parameters,
    if any, and with luck alone. ``tell`` is told of each world.
    """
    wanted = [target for target in targets if target.used]
    found: dict[int, Held] = {}
    for world in dict.fromkeys(target.world for target in wanted):
        mine = [(i, target) for i, target in enumerate(wanted) if target.world == world]
        tell(world)
        asked = [target for _, target in mine]
        columns = values(world, asked, replications, seed, workers=workers).T
        pairs: Iterable[tuple[npt.ArrayLike, npt.ArrayLike | None]] = ((alone, None) for alone in columns)
        if draws:
            pairs = zip(values(world, asked, replications, seed, workers=workers, draws=draws).T, columns, strict=True)
        found |= {i: Held.of(target, *pair) for (i, target), pair in zip(mine, pairs, strict=True)}
    return [found[i] for i in range(len(wanted))]


def shown(target: Target, value: float) -> str:
    """A value of a target for people: shares in per cent."""
    if np.isnan(value):
        return ""
    metric = METRICS[target.metric]
    if metric.unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.{metric.decimals}f}"


def span(target: Target, low: float, high: float) -> str:
    """From one value to another; empty if either is unknown."""
    return f"{shown(target, low)} to {shown(target, high)}" if not np.isnan([low, high]).any() else ""


#: columns of what luck alone says
ALONE = ("90 %, luck alone", "in, luck alone")


def lines(held: Sequence[Held]) -> list[tuple[str, ...]]:
    """A table for people: head and a row per outcome."""
    alone = ALONE if any(h.luck for h in held) else ()
    published = ("published", "interval", "naive", "in", "status", "study")
    rows: list[tuple[str, ...]] = [("outcome", "simulated", "80 %", "90 %", *alone, *published)]
    for h in held:
        t = h.target
        bands: tuple[str, ...] = (span(t, h.low80, h.high80), span(t, h.low, h.high))
        if h.luck is not None:
            bands += span(t, h.luck.low, h.luck.high), h.luck.verdict
        found = shown(t, t.value), span(t, t.low, t.high), shown(t, t.naive)
        rows.append((t.outcome, shown(t, h.mean), *bands, *found, h.verdict, t.status, t.study))
    return rows


def summary(held: Sequence[Held]) -> str:
    """How many published values lie in the bands, and how often the naive forecast is nearer."""
    inside, wide = (sum(flags) for flags in ([h.in80 for h in held], [h.verdict == "in" for h in held]))
    naive = [h.naive_nearer for h in held if h.naive_nearer is not None]
    text = f"of {len(held)} outcomes {inside} lie in the 80 % band, {wide} in the 90 % band"
    return f"{text}; of {len(naive)} with a naive forecast it is nearer in {sum(naive)}"


def tally(held: Sequence[Held]) -> list[tuple[str, ...]]:
    """A table for people: how many published values lie in the 90 % band, and mean and median scores of the outcomes
    that are shares, with draws of parameters and with luck alone; after implementation and of tenders, by status.
    """
    sides = ("", ", luck alone") if any(h.luck for h in held) else ("",)
    heads = [f"{what}{side}" for what in ("in 90 %", "interval score", "CRPS") for side in sides]
    rows: list[tuple[str, ...]] = [("outcomes", "number", *heads)]
    for tender, name in ((False, "after implementation"), (True, "tenders")):
        part = [h for h in held if h.target.world.startswith(TENDER) == tender]
        for status in ("", "fitted", "seen", "predicted"):
            mine = [h for h in part if status in ("", h.target.status)]
            if mine:
                both = [mine, [h.luck or h for h in mine]][: len(sides)]
                inside = [str(sum(h.verdict == "in" for h in each)) for each in both]
                means = [_scores(each, score) for score in ("score", "crps") for each in both]
                rows.append((f"{name}, {status or 'all'}", str(len(mine)), *inside, *means))
    return rows


def _scores(held: Sequence[Held], score: str) -> str:
    known = [getattr(h, score) for h in held if h.target.unit == "share" and not np.isnan(h.mean)]
    return f"{np.mean(known):.3f} ({np.median(known):.3f})" if known else ""


def record(
    held: Sequence[Held], unused: Sequence[Target], replications: int, seed: int, draws: Sequence[Draws] = ()
) -> dict[str, Any]:
    """What targets.json holds: what was simulated and published, what is not used, and whence the parameters."""
    whole = {
        "program": PROGRAM,
        "version": vbp_sim.__version__,
        "replications": replications,
        "seed": seed,
        "draws": [each.told() for each in draws],
        "outcomes": [{**_as_dict(h), "luck": h.luck and _as_dict(h.luck)} for h in held],
        "unused": [asdict(target) for target in unused],
    }
    return {**whole, "id": aside.id_of(whole)}


def _as_dict(h: Held) -> dict[str, Any]:
    return {**asdict(h), "verdict": h.verdict, "in80": h.in80}


def write(content: dict[str, Any], out: Path) -> None:
    """Write targets.json; InputError if ``out`` holds something else."""
    make_folder(out, FILE, "table of outcomes")
    aside.write_json(out / FILE, content)


class _Row(BaseModel):
    """A row of targets.json."""

    target: Target
    mean: Known
    low: Known
    high: Known
    low80: Known
    high80: Known
    crps: Known = float("nan")
    score: Known = float("nan")
    luck: _Row | None = None

    def held(self) -> Held:
        """The row as it was held."""
        numbers = self.mean, self.low, self.high, self.low80, self.high80, self.crps, self.score
        return Held(self.target, *numbers, self.luck.held() if self.luck else None)


class _Written(BaseModel):
    """What readers of targets.json rely on."""

    version: str
    replications: Count
    seed: Whole
    id: str
    outcomes: list[_Row]
    unused: list[Target]


@dataclass(frozen=True)
class Outcomes:
    """A finished table of outcomes: what is ``held`` against what was published, the targets ``unused``, and all that
    targets.json holds."""

    path: Path
    held: tuple[Held, ...]
    unused: tuple[Target, ...]
    content: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Outcomes:
        """Read the table of a folder; InputError if there is none, or it is damaged."""
        file = path / FILE
        content = reading.json_of(file, AGAIN)
        if content.get("program") != PROGRAM:
            raise reading.refused(file, "is no table of outcomes of vbp_sim", "name another folder")
        found = reading.shaped(file, content, _Written, AGAIN)
        return cls(path, tuple(row.held() for row in found.outcomes), tuple(found.unused), content)

    @property
    def origin(self) -> RunFolder:
        """What charts say of where they come from."""
        named = {key: self.content[key] for key in ("seed", "replications", "version")}
        worlds = ", ".join(dict.fromkeys(h.target.world for h in self.held))
        return RunFolder(self.path, {**named, "scenario": worlds, "variant": "", "run_hash": self.content["id"]}, {})
