"""Who paid whom: every flow of money a year, before the first agreement and under agreements."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.engine.flows import FLOWS
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import column
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, term
from vbp_sim.runs.folder import RunFolder

MONTHS = 12


@chart("flow-of-funds")
def draw(run: RunFolder) -> Chart:
    """Draw each flow as a row: a year before and a year under agreements, and in the table every year."""
    since = contract_months(run)
    if not len(since):
        raise NothingToDraw(say("catalogue.no_contract"))
    t = run.table("accounts", ["replication", "month", "flow", "yuan"])
    months = np.unique(run.table("fund", ["month"])["month"])
    reps = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    flows = Axis.of(t["flow"], names=[name for name, flow in FLOWS.items() if flow.cash and (t["flow"] == name).any()]
                    + [name for name in {*t["flow"].tolist()} if not FLOWS[name].cash])  # fmt: skip
    under = (t["month"] >= since[0]).astype(np.int64)
    lengths = np.array([(months < since[0]).sum(), (months >= since[0]).sum()]) / MONTHS
    whole = sums(t["yuan"], reps, flows, Axis(under, [False, True])) / np.maximum(lengths, 1 / MONTHS)
    cash = [i for i, name in enumerate(flows.names) if FLOWS[name].cash]
    order = sorted(cash, key=lambda i: -float(whole[:, i].mean(axis=0).max()))
    before, after = (Band.about_mean(whole[:, order, side]) for side in (0, 1))
    names = [said(flows.names[i]) for i in order]
    title, how = _title(whole, flows.names), say("funds.how") + style.says_mean(run, bands=True)
    figure, (axes,), at = marks.listed(run, title, how, names, "flow", (9.5, 0.34), keys=1)
    _rows(axes, at, before, after)
    style.legend(figure, 2)
    spot = spots.rows([axes], at, range(len(at)))
    return Chart(title, figure, _by_year(t, months, reps, [flows.names[i] for i in order]), [spot])


def said(flow: str) -> str:
    """A flow as charts name it: who pays whom, and what for."""
    one = FLOWS[flow]
    return say(
        "funds.flow", payer=term("parties", one.payer), payee=term("parties", one.payee), what=term("flows", flow)
    )


def _by_year(
    t: dict[str, npt.NDArray[Any]], months: npt.NDArray[Any], reps: Axis, names: list[str]
) -> dict[str, npt.NDArray[Any]]:
    """A row for each flow and calendar year: yuan in that year."""
    of_row = t["month"].astype("datetime64[Y]")
    known = [*dict.fromkeys(months.astype("datetime64[Y]").tolist())]
    keep = np.isin(t["flow"], names)
    flows, years = Axis.of(t["flow"][keep], names=names), Axis.of(of_row[keep], names=known)
    yuan = sums(t["yuan"][keep], Axis(reps.codes[keep], reps.names), flows, years)
    rows = [(name, year) for name in names for year in known]
    return Cells(
        flow=column(name for name, _ in rows),
        payer=column(FLOWS[name].payer for name, _ in rows),
        payee=column(FLOWS[name].payee for name, _ in rows),
        year=column(str(year.year) for _, year in rows),
        yuan=Band.about_mean(yuan.reshape(len(yuan), -1)),
    ).columns()


def _rows(axes: Axes, at: Floats, before: Band, after: Band) -> None:
    shown = slice(0, len(at))
    axes.hlines(at, before.mid[shown], after.mid[shown], color=style.PALE, linewidth=2.5)
    axes.plot(before.mid[shown], at, "o", mfc="white", color=style.GREY, markersize=6, label=say("funds.before"))
    marks.spread(axes, after[shown], at, style.BLUE, 5)
    axes.plot(after.mid[shown], at, "D", color=style.BLUE, markersize=5.5, label=say("funds.after"))
    top = float(np.nanmax([before.high.max(), after.high.max(), 1.0]))
    for y, value in zip(at, np.maximum(before.mid[shown], after.high[shown]), strict=True):
        marks.says(
            axes, style.minus(words.scaled(float(after.mid[int(y)]))), (value, y), (8, 0), va="center", color=style.BLUE
        )
    axes.set_xlim(-0.01 * top, 1.16 * top)
    axes.grid(axis="y", visible=False)
    marks.scaled_axis(axes.xaxis, say("funds.axis"))


def _title(whole: Floats, names: list[str]) -> str:
    """What the fund and patients pay hospitals a year, before and under agreements."""
    paid = [
        sum(float(whole[:, i, side].mean()) for i, n in enumerate(names) if FLOWS[n].payer in ("fund", "patients"))
        for side in (0, 1)
    ]
    return say("funds.title", before=words.money(paid[0]), after=words.money(paid[1]))
