"""Who gains: what patients, the fund, hospitals by level, staff, firms and distributors have a year beside before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.engine.flows import FLOWS, PARTIES
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import column
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, term
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.savings import Savings

#: flows that pass through hospitals for goods and for care at the price paid, and leave them nothing
THROUGH = (
    "goods", "settlement", "settlement_late", "direct_withheld", "collected", "collected_late", "copayment",
    "reimbursement", "advance_set_off", "advance_kept", "advance_repaid",
)  # fmt: skip
#: counted when it is assessed, whether or not it has been paid
ACCRUED = ("retained",)


@chart("who-gains")
def draw(run: RunFolder) -> Chart:
    """Draw one bar for each party, yuan a year."""
    since = contract_months(run)
    if not len(since):
        raise NothingToDraw(say("catalogue.no_contract"))
    gains = collect(run, since)
    band = Band.about_mean(np.stack([np.rint(yuan) for yuan in gains.values()], axis=1))
    title = _title(dict(zip(gains, band.mid.tolist(), strict=True)))
    how = say("gains.how") + style.says_mean(run, bands=True)
    names = [_said(name) for name in gains]
    figure, (axes,), at = marks.listed(run, title, how, names, "party", (8.5, 0.42))
    _bars(axes, at, band)
    found = Cells(party=column(names), yuan_a_year=band)
    return Chart(title, figure, found.columns(), [spots.rows([axes], at, range(len(at)))])


def collect(run: RunFolder, since: npt.NDArray[Any]) -> dict[str, Floats]:
    """Yuan a year by party, each of shape (replications,): patients and fund against earlier prices, the others against
    the months before."""
    count, years = int(run.manifest["replications"]), len(since) / 12
    fund, use = run.table("fund"), run.table("use", ["replication", "month", "province", "agreed"])
    saved, t = Savings.of(fund, use), run.table("accounts", ["replication", "month", "level", "flow", "yuan"])
    reps = Axis.of(fund["replication"][saved.rows], names=range(count))
    settled = run.table("settlement", ["replication", "level", "retained"])
    kept = {level: _kept(settled, count, level) for level in Axis.of(settled["level"]).names}
    more = beside_price(t, count) / years
    found = {
        "patients": sums(saved.by["patient"], reps) / years,
        "fund": sums(saved.by["fund"], reps) / years - sum(kept.values()) / years - more,
    }
    for level in kept:
        found[level] = (_of_level(t, count, level) + kept[level]) / years
    found["staff"] = _moved(t, count, "staff") / years
    for party, rate in _rates(run, t, since, count).items():
        found[party] = rate
    return found


def beside_price(t: dict[str, npt.NDArray[Any]], count: int) -> Floats:
    """What the fund pays hospitals beside the price of drugs and the retained surplus, yuan by replication."""
    return _flow(t, count, "compensation", "surplus_kept") - _flow(t, count, "overspend_shared")


def _flow(t: dict[str, npt.NDArray[Any]], count: int, *names: str, level: str = "") -> Floats:
    mine = np.isin(t["flow"], names) & ((t["level"] == level) if level else True)
    return sums(t["yuan"][mine], Axis.of(t["replication"][mine], names=range(count)))


def _kept(settled: dict[str, npt.NDArray[Any]], count: int, level: str) -> Floats:
    mine = settled["level"] == level
    return sums(settled["retained"][mine], Axis.of(settled["replication"][mine], names=range(count)))


def _moved(t: dict[str, npt.NDArray[Any]], count: int, party: str, level: str = "", skip: Sequence[str] = ()) -> Floats:
    """What a party gets less what it pays, of all flows but some."""
    gets = [n for n, f in FLOWS.items() if f.payee == party and n not in skip]
    pays = [n for n, f in FLOWS.items() if f.payer == party and n not in skip]
    return _flow(t, count, *gets, level=level) - _flow(t, count, *pays, level=level)


def _of_level(t: dict[str, npt.NDArray[Any]], count: int, level: str) -> Floats:
    """Hospitals of a level: all that they get and pay beside the price of drugs, less what drugs paid by case cost."""
    cost = _flow(t, count, "goods", level=level) - _flow(t, count, "copayment", "reimbursement", level=level)
    return _moved(t, count, "hospitals", level, (*THROUGH, *ACCRUED)) - cost


def _rates(run: RunFolder, t: dict[str, npt.NDArray[Any]], since: npt.NDArray[Any], count: int) -> dict[str, Floats]:
    """Firms' revenue less cost and distributors' fees a year under agreements, less those of the year before."""
    months = np.unique(run.table("fund", ["month"])["month"])
    firms = run.table("firms", ["replication", "month", "revenue", "cost"])
    fees = t["flow"] == "distribution_fee"
    series = {
        "manufacturers": (firms["replication"], firms["month"], firms["revenue"] - firms["cost"]),
        "distributors": (t["replication"][fees], t["month"][fees], t["yuan"][fees]),
    }
    found = {}
    for party, (replication, month, yuan) in series.items():
        rate = []
        for under in (False, True):
            mine = (month >= since[0]) == under
            length = max(int(((months >= since[0]) == under).sum()), 1) / 12
            rate.append(sums(yuan[mine], Axis.of(replication[mine], names=range(count))) / length)
        found[party] = rate[1] - rate[0]
    return found


def _said(party: str) -> str:
    return term("parties", party) if party in PARTIES else say("gains.hospitals", level=style.label(party))


def _bars(axes: Axes, at: Floats, band: Band) -> None:
    for good, colour, edge, hatch in ((True, style.GREEN, style.INK, ""), (False, style.ORANGE, style.INK, "///")):
        mine = (band.mid >= 0) == good
        axes.barh(at[mine], band.mid[mine], height=0.6, color=colour, edgecolor=edge, linewidth=0.8, hatch=hatch)
    marks.whiskers(axes, band, at)
    axes.axvline(0, color=style.INK, linewidth=1.1)
    low, high = float(min(band.low.min(), 0)), float(max(band.high.max(), 0))
    room = 0.16 * max(high - low, 1.0)
    for y, value, start, end in zip(at, band.mid, np.minimum(band.low, 0), np.maximum(band.high, 0), strict=True):
        right = value >= 0
        place = (end, y) if right else (start, y)
        marks.says(axes, style.minus(words.scaled(float(value))), place, (6 if right else -6, 0), va="center",
                   ha="left" if right else "right")  # fmt: skip
    axes.set_xlim(low - room, high + room)
    axes.grid(axis="y", visible=False)
    marks.scaled_axis(axes.xaxis, say("funds.axis"))


def _title(mid: dict[str, float]) -> str:
    most, least = max(mid, key=lambda name: mid[name]), min(mid, key=lambda name: mid[name])
    gains = say("gains.title", who=_said(most), money=words.money(mid[most]))
    if mid[least] >= 0:
        return gains
    return words.clauses([gains, say("gains.title_least", who=_said(least), money=words.money(-mid[least]))])
