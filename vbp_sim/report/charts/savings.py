"""Where the savings go, year by year: to the insurance fund and to patients, against the baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, Ints, mean, ratio, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.savings import Savings

PAYERS: dict[str, dict[str, Any]] = {
    "fund": {"color": style.BLUE, "edgecolor": style.INK},
    "patient": {"color": style.ORANGE, "edgecolor": style.INK, "hatch": "///"},
}


@chart("savings")
def draw(run: RunFolder) -> Chart:
    """Draw savings of the fund and of patients by calendar year."""
    t, months = run.table("fund"), contract_months(run)
    if not len(months):
        raise NothingToDraw(say("catalogue.no_contract"))
    known = Savings.of(t, run.table("use", ["replication", "month", "province", "agreed"]))
    reps = Axis.of(t["replication"][known.rows])
    calendar = _years(t["month"][known.rows])
    years = Axis.of(calendar, names=range(int(calendar.min()), int(calendar.max()) + 1))
    baseline, paid = (sums(values, reps, years) for values in (known.baseline, known.paid))
    saved = {who: sums(known.by[who], reps, years) for who in PAYERS}
    found = Cells(
        year=np.array(years.names),
        months=sums(np.ones(len(months)), Axis.of(_years(months), names=years.names)).astype(np.int64),
        **{f"{who}_saving_yuan": Band.about_mean(values) for who, values in saved.items()},
        baseline_yuan=Band.about_mean(baseline),
        saving_share=Band.about_mean(ratio(baseline - paid, baseline)),
    )
    title = _title(saved["fund"].sum(axis=1), saved["patient"].sum(axis=1), baseline.sum(axis=1), len(months))
    how = say("savings.how") + style.says_mean(run, bands=True)
    figure = style.page(run, title, how, (max(7.0, 2.5 + 1.5 * len(years)), 4.0), keys=1)
    axes = figure.subplots()
    for i, (who, look) in enumerate(PAYERS.items()):
        at, band = np.arange(len(years), dtype=np.float64) + (i - 0.5) * 0.36, found[f"{who}_saving_yuan"]
        marks.bars(axes, at, band, 0.33, upright=True, label=say(f"savings.{who}"), linewidth=0.8, **look)
        _values(axes, at, band)
    axes.set_xticks(np.arange(len(years)), _year_labels(years.names, found["months"], found["saving_share"]))
    axes.axhline(0, color=style.INK, linewidth=1)
    axes.margins(y=0.12)
    axes.grid(axis="x", visible=False)
    marks.scaled_axis(axes.yaxis, say("savings.axis"))
    style.legend(figure, 2)
    return Chart(title, figure, found.columns(), [spots.columns([axes], range(len(years)), range(len(years)), 0.9)])


def _years(months: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return months.astype("datetime64[Y]").astype(np.int64) + 1970


def _values(axes: Axes, at: Floats, band: Band) -> None:
    for x, value, low, high in zip(at, band.mid, band.low, band.high, strict=True):
        end, step, side = (max(high, 0), 3, "bottom") if value >= 0 else (min(low, 0), -3, "top")
        said = style.minus(words.scaled(value)).replace(" ", "\n")
        marks.says(axes, said, (x, end), (0, step), ha="center", va=side, size=7.5)


def _year_labels(years: list[int], months: Ints, cut: Band) -> list[str]:
    labels = []
    for year, n, share in zip(years, months, cut.mid, strict=True):
        what = "savings.year" if n == 12 else "savings.part_year"
        named = say(what, year=year, months=words.counted(int(n), "month"))
        labels.append(f"{named}\n{say('savings.saved', share=style.minus(words.percent(float(share))))}")
    return labels


def _title(of_fund: Floats, of_patients: Floats, baseline: Floats, months: int) -> str:
    fund, patients = float(of_fund.mean()), float(of_patients.mean())
    whole = fund + patients
    if whole <= 0:
        return say("savings.title_nothing", money=words.money(-whole))
    share = words.percent(mean(ratio(of_fund + of_patients, baseline)))
    said = say("savings.title", money=words.money(whole), when=words.counted(months, "contract month"), share=share)
    if min(fund, patients) < 0:
        return words.clauses([said, say("savings.title_patients_pay" if patients < 0 else "savings.title_fund_pays")])
    return words.clauses([said, say("savings.title_of_each", yuan=words.per_cent(fund / whole))])
