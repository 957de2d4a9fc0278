"""What the results depend on: each metric with one uncertainty at its low or its high end, the others as drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, panels, style
from vbp_sim.report.charts.bands import Band, Floats, Ints
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.studied import Studied
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import Metric
from vbp_sim.studies.design import quantile
from vbp_sim.studies.paired import LEVEL

#: draws, and base points of a design, below which thirds say nothing
FEWEST, FEWEST_POINTS = 9, 4
RESAMPLES = 500
#: uncertainties in a panel at most
MOST_ROWS = 12


@dataclass(frozen=True)
class Swing:
    """Change of a metric's mean with each uncertainty in the lowest and the highest third of its draws."""

    low: Band
    high: Band

    @property
    def order(self) -> Ints:
        """Uncertainties, the one that moves most first."""
        reach = np.fmax(np.abs(self.low.mid), np.abs(self.high.mid))
        return np.argsort(-np.nan_to_num(reach), kind="stable")


@chart("tornado", of="study", choice="metrics")
def draw(study: Studied, metrics: Sequence[str]) -> Chart:
    """Draw a panel per metric: a bar to each side per uncertainty."""
    names = list(study.plan.spec.uncertainties)
    if not names or study.design.samples < FEWEST or study.design.samples // _block(study) < FEWEST_POINTS:
        raise NothingToDraw(say("studies.no_uncertainties"))
    wanted = panels.chosen(study, metrics, 1, 2)
    swings = [swing(study, metric.id) for metric in wanted]
    title = _title(wanted[0], swings[0], names)
    how = say("studies.tornado_how", draws=study.design.samples, level=words.percent(LEVEL))
    labels = [_ends(study, i, name) for i, name in enumerate(names)]
    shown = [[labels[i] for i in each.order[:MOST_ROWS]] for each in swings]
    figure, drawn = panels.listed(study.origin, title, how, shown, 9.0, keys=1)
    for (axes, at), metric, each in zip(drawn, wanted, swings, strict=True):
        _bars(axes, at, metric, each)
    style.legend(figure, 2)
    data = table(_row(study, metric, each, i) for metric, each in zip(wanted, swings, strict=True) for i in each.order)
    return Chart(title, figure, data, panels.over(drawn, [len(names)] * len(wanted)))


def swing(study: Studied, metric: str) -> Swing:
    """Means of the outer thirds against the mean of all, with intervals from resampled base points of the design."""
    y = study.values(metric).mean(axis=2).mean(axis=1)
    units = study.design.units
    kept = np.isfinite(y)
    outer = [units < 1 / 3, units > 2 / 3]
    weights = _resampled(study, len(y))
    bands = []
    for inside in outer:
        part = (inside & kept[:, None]).astype(np.float64)
        mean = _means(np.ones((1, len(y))), y, part, kept)[0]
        drawn = _means(weights, y, part, kept)
        tail = (1 - LEVEL) / 2
        low, high = np.nanquantile(drawn, (tail, 1 - tail), axis=0)
        bands.append(Band(np.fmin(low, mean), mean, np.fmax(high, mean), study.design.samples))
    return Swing(*bands)


def _resampled(study: Studied, samples: int) -> Floats:
    """Weights of draws, (resamples, draws): base points of a design are drawn again with all that belongs to them."""
    block = _block(study)
    n = samples // block
    rng = np.random.default_rng([study.plan.spec.seed, 0x70A])
    counts = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return np.repeat(counts, block, axis=1).astype(np.float64)


def _block(study: Studied) -> int:
    """Draws that belong to one base point of the design."""
    d = len(study.plan.spec.uncertainties)
    return {"saltelli": d + 2, "morris": d + 1}.get(study.plan.spec.sample.method, 1)


def _means(weights: Floats, y: Floats, part: Floats, kept: Any) -> Floats:
    """Weighted mean of a part less that of all, (weights, uncertainties)."""
    known = np.where(kept, y, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (weights * known) @ part / (weights @ part)
        return np.asarray(inside - ((weights * known).sum(axis=1) / (weights * kept).sum(axis=1))[:, None])


def _bars(axes: Axes, at: Floats, metric: Metric, each: Swing) -> None:
    low, high = each.low[each.order[: len(at)]], each.high[each.order[: len(at)]]
    size = panels.change_axis(axes, metric, panels.largest(low.mid, high.mid))
    looks: tuple[tuple[Band, float, str, dict[str, Any]], ...] = (
        (low, -0.19, say("studies.low_third"), {"color": style.ORANGE, "edgecolor": style.INK, "hatch": "///"}),
        (high, 0.19, say("studies.high_third"), {"color": style.BLUE, "edgecolor": style.INK}),
    )
    for band, step, name, look in looks:
        marks.bars(axes, at + step, band / size, 0.34, label=name, linewidth=0.7, **look)


def _ends(study: Studied, place: int, name: str) -> str:
    """The name of an uncertainty with the ends of its outer thirds, where it is a number."""
    low, high = _thirds(study, place)
    if isinstance(low, str):
        return style.label(name, 30)
    ends = (style.minus(words.compact(v)) for v in (low, float(high)))
    return style.label(say("studies.ends", name=words.short(name, 26), low=next(ends), high=next(ends)), 60)


def _thirds(study: Studied, place: int) -> tuple[float | str, float | str]:
    uncertainty = list(study.plan.spec.uncertainties.values())[place]
    low, high = (quantile(uncertainty, unit) for unit in (1 / 3, 2 / 3))
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (low, high))
    return (float(low), float(high)) if numbers else (str(low), str(high))


def _title(metric: Metric, each: Swing, names: list[str]) -> str:
    first = int(each.order[0])
    low, high = (panels.change(metric, float(band.mid[first])) for band in (each.low, each.high))
    name = words.short(names[first], 40)
    return words.sentence(say("studies.tornado_title", metric=panels.named(metric), name=name, low=low, high=high))


def _row(study: Studied, metric: Metric, each: Swing, place: int) -> dict[str, Any]:
    """A row of the table: one metric and one uncertainty."""
    ends = _thirds(study, place)
    row = {"metric": metric.id, "uncertainty": list(study.plan.spec.uncertainties)[place], "unit": metric.unit}
    row |= {"low_third_up_to": str(ends[0]), "high_third_from": str(ends[1])}
    for side, band in (("low", each.low), ("high", each.high)):
        parts = {"change": band.mid, "change_low": band.low, "change_high": band.high}
        row |= {f"{side}_third_{name}": values[place] for name, values in parts.items()}
    return row
