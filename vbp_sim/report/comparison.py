"""A comparison of variants as an aligned table for people. Draws nothing, and so imports no matplotlib."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from vbp_sim.report.quality import break_even
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import language, say, term
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.studies.compare import Comparison
from vbp_sim.studies.expectations import LEVEL as SURE
from vbp_sim.studies.expectations import Told, Verdict
from vbp_sim.studies.null import Null
from vbp_sim.studies.paired import FEWEST, LEVEL, Difference


class Line(NamedTuple):
    """A metric of the base and a variant, and how they differ, as people read it; empty for what is not known."""

    base: str
    value: str
    mean: str
    low: str
    high: str
    judged: str
    few: bool = False

    @property
    def span(self) -> str:
        """The interval, or that there are too few replications for one; empty if the metric does not apply."""
        return f"[{self.low}, {self.high}]" if self.low else say("compare.too_few") if self.few else ""


def table(found: Comparison) -> list[list[str]]:
    """Rows of text: metric, base, and per variant its value, the difference with interval, a judgement.

    Metrics of single rounds are left to comparison.csv.
    """
    head = [say("compare.metric"), say("compare.base")]
    for name in found.variants:
        head += [name, say("compare.difference"), ""]
    rows = [head]
    for id, by_name in found.differences.items():
        if METRICS[id].part:
            continue
        known, unit = lines(METRICS[id], by_name)
        name = id if language() == "en" else meaning(METRICS[id])
        name = say("compare.metric_with_unit", metric=name, unit=unit) if unit else name
        rows.append([name, next(iter(known.values())).base or "-"])
        for line in map(known.get, found.variants):
            if line:
                rows[-1] += [line.value or "-", f"{line.mean or '-'} {line.span}".rstrip(), line.judged]
            else:
                rows[-1] += ["-", "", ""]
    return rows


class Judgement(NamedTuple):
    """An expectation as people read it, and the difference with the interval by which its sign is judged."""

    expected: str
    mean: str
    low: str
    high: str
    unit: str
    why: str
    held: str

    @property
    def difference(self) -> str:
        """Mean and interval in one cell."""
        return f"{self.mean} [{self.low}, {self.high}]" if self.low else self.mean


def expected(found: Comparison) -> list[list[str]]:
    """Rows of text: each expectation of a policy, what was found, and whether it held."""
    heads = ("policy", "metric", "expected", "difference", "why", "held")
    rows = [[say(f"compare.{head}") for head in heads]]
    for verdict in found.expectations:
        one = judgement(verdict, found.differences)
        name = verdict.metric if language() == "en" else meaning(METRICS[verdict.metric])
        name = say("compare.metric_with_unit", metric=name, unit=one.unit) if one.unit else name
        rows.append([verdict.policy, name, one.expected, one.difference, one.why, one.held])
    return rows


def judgement(verdict: Verdict, differences: Mapping[str, Mapping[str, Difference]]) -> Judgement:
    """An expectation in words, with what was found."""
    found, unit = ("-", "", ""), ""
    if own := differences.get(verdict.metric, {}).get(verdict.policy):
        low, high = own.interval(SURE)
        known, unit = lines(METRICS[verdict.metric], {"": dataclasses.replace(own, low=low, high=high)})
        found = (known[""].mean, known[""].low, known[""].high)
    held = {True: "yes", False: "no", None: "open"}[verdict.held]
    why = say(f"compare.why_{verdict.why.replace('-', '_')}")
    return Judgement(say(f"compare.sign_{verdict.expected}"), *found, unit, why, say(f"compare.held_{held}"))


def remarks(found: Comparison) -> Iterator[str]:
    """What a reader of the table should know."""
    replications = words.counted(found.replications, "replication")
    if len(found.apart) < len(found.variants):
        yield say("compare.remark_luck", replications=replications, seed=found.seed, level=f"{LEVEL:.0%}")
    if found.apart:
        names = words.listed([name for name in found.variants if name in found.apart])
        yield say("compare.remark_apart", names=names, level=f"{LEVEL:.0%}")
    if min(map(len, found.rows.values())) < FEWEST:
        yield say("compare.remark_few", n=FEWEST)
    yield say("compare.remark_judged")
    yield from map(null_result, found.nulls, found.nulls.values())
    if found.policies:
        yield say("compare.remark_held", level=f"{SURE:.0%}")
    yield from break_even(found.differences)
    yield from of_policies(found.told, found.expectations, found.nulls, found.left_out)


def of_policies(
    told: Mapping[str, Told], expectations: Iterable[Verdict], nulls: Mapping[str, Null], left_out: Mapping[str, str]
) -> Iterator[str]:
    """Policies that moved no posting and no event, why expectations did not hold where that is known, and policies that
    were left out."""
    for name, policy in told.items():
        if policy.idle and not (name in nulls and nulls[name].nothing):
            yield say("compare.idle", policy=name)
    for verdict in expectations:
        why = told[verdict.policy].found.get(verdict.metric)
        if why and not verdict.held:
            yield say("compare.not_held", policy=verdict.policy, metric=verdict.metric, why=" ".join(why.split()))
    for name, why in left_out.items():
        yield say("compare.left_out", policy=name, why=why)


def null_result(variant: str, null: Null) -> str:
    """That a variant changed nothing, or no bid and no award, and what decided instead."""
    numbers = {"lost": f"{null.lost:,}", "short": f"{null.short:,}", "other": f"{null.lost - null.short:,}"}
    why = say(f"compare.null_{null.rule}", **numbers) if null.rule else ""
    return say("compare.null_nothing" if null.nothing else "compare.null_award", variant=variant) + why


def lines(metric: Metric, by_name: Mapping[str, Difference]) -> tuple[dict[str, Line], str]:
    """The differences of a metric in one unit, by name, and the unit."""
    size, unit = scale_of(metric, max(abs(v) for d in by_name.values() for v in (d.base, d.variant)))

    def said(value: float, sign: str = "", decimals: int = decimals_of(metric)) -> str:
        return "" if math.isnan(value) else f"{value / size + 0.0:{sign},.{decimals}f}"

    found = {}
    for name, d in by_name.items():
        mean, low, high = (said(value, "+", finer(metric, d, size)) for value in (d.mean, d.low, d.high))
        found[name] = Line(said(d.base), said(d.variant), mean, low, high, arrow(metric, d), 0 < d.n < FEWEST)
    return found, unit


def arrow(metric: Metric, difference: Difference) -> str:
    """Direction of a clear difference, and whether it is welcome; empty if zero lies in the interval."""
    if not difference.clear:
        return ""
    up = difference.mean > 0
    welcome = "better" if metric.better == ("higher" if up else "lower") else "worse"
    return say(f"compare.{'up' if up else 'down'}_{welcome if metric.better else 'neither'}")


def decimals_of(metric: Metric) -> int:
    """Decimals of a metric in a table of variants."""
    return 2 if metric.unit.startswith("yuan") else metric.decimals


def finer(metric: Metric, difference: Difference, size: float) -> int:
    """Decimals of a difference divided by ``size``: at most three more, so that a clear one is not written as zero."""
    usual = decimals_of(metric)
    if not difference.clear:
        return usual
    near = min(abs(difference.low), abs(difference.high)) / size
    return next((n for n in range(usual, usual + 3) if round(near, n) != 0), usual + 3)


def scale_of(metric: Metric, largest: float) -> tuple[float, str]:
    """Divisor and unit in which all numbers of a metric are written, if ``largest`` is the largest of them."""
    if metric.unit == "share":
        return 0.01, "%"
    if metric.unit.startswith("yuan"):
        size, word = words.scale(largest)
        return size, words.amount(word, term("units", metric.unit))
    return 1.0, "" if metric.unit in ("count", "ratio") else term("units", metric.unit)
