"""Where the savings go, year by year: to the insurance fund and to patients, against the baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Floats, Ints, mean, ratio, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.savings import Savings

PAYERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fund", {"color": style.BLUE, "edgecolor": style.INK}),
    ("patient", {"color": style.ORANGE, "edgecolor": style.INK, "hatch": "///"}),
)


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
    total = {name: sums(values, reps, years) for name, values in (("baseline", known.baseline), ("paid", known.paid))}
    counts = sums(np.ones(len(months)), Axis.of(_years(months), names=years.names)).astype(np.int64)
    saved = {who: sums(known.by[who], reps, years) for who, _ in PAYERS}
    bands = {who: Band.of(v) for who, v in saved.items()}
    cut = Band.of(ratio(total["baseline"] - total["paid"], total["baseline"]))
    title = _title({who: v.sum(axis=1) for who, v in saved.items()}, total, len(months))
    how = say("savings.how") + style.says_band(run)
    figure = style.page(run, title, how, (max(7.0, 2.5 + 1.5 * len(years)), 4.0), keys=1)
    axes = figure.subplots()
    for i, (who, look) in enumerate(PAYERS):
        at = np.arange(len(years), dtype=np.float64) + (i - 0.5) * 0.36
        axes.bar(at, bands[who].mid, width=0.33, label=say(f"savings.{who}"), linewidth=0.8, **look)
        marks.whiskers(axes, bands[who], at, upright=True)
        _values(axes, at, bands[who])
    axes.set_xticks(np.arange(len(years)), _year_labels(years.names, counts, cut))
    axes.axhline(0, color=style.INK, linewidth=1)
    axes.margins(y=0.12)
    axes.grid(axis="x", visible=False)
    marks.scaled_axis(axes.yaxis, say("savings.axis"))
    style.legend(figure, 2)
    columns = {k: v for who in bands for k, v in bands[who].columns(f"{who}_saving_yuan").items()}
    columns |= Band.of(total["baseline"]).columns("baseline_yuan") | cut.columns("saving_share")
    over = spots.columns([axes], range(len(years)), range(len(years)), 0.9)
    return Chart(title, figure, {"year": np.array(years.names), "months": counts, **columns}, [over])


def _years(months: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return months.astype("datetime64[Y]").astype(np.int64) + 1970


def _values(axes: Axes, at: Floats, band: Band) -> None:
    for x, value, low, high in zip(at, band.mid, band.low, band.high, strict=True):
        end, step, side = (max(high, 0), 3, "bottom") if value >= 0 else (min(low, 0), -3, "top")
        said = style.minus(words.scaled(value)).replace(" ", "\n")
        axes.annotate(said, (x, end), (0, step), textcoords="offset points", ha="center", va=side, size=7.5)


def _year_labels(years: list[int], months: Ints, cut: Band) -> list[str]:
    labels = []
    for year, n, share in zip(years, months, cut.mid, strict=True):
        named = say(
            "savings.year" if n == 12 else "savings.part_year", year=year, months=words.counted(int(n), "month")
        )
        labels.append(f"{named}\n{say('savings.saved', share=style.minus(words.percent(float(share))))}")
    return labels


def _title(saved: dict[str, Floats], total: dict[str, Floats], months: int) -> str:
    fund, patients = (float(saved[who].mean()) for who in ("fund", "patient"))
    whole = fund + patients
    if whole <= 0:
        return say("savings.title_nothing", money=words.money(-whole))
    share = mean(ratio(saved["fund"] + saved["patient"], total["baseline"].sum(axis=1)))
    when = words.counted(months, "contract month")
    said = say("savings.title", money=words.money(whole), when=when, share=words.percent(share))
    if min(fund, patients) < 0:
        return words.clauses([said, say("savings.title_patients_pay" if patients < 0 else "savings.title_fund_pays")])
    return words.clauses([said, say("savings.title_of_each", yuan=words.per_cent(fund / whole))])
