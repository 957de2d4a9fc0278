"""Headline metrics from the tables of one replication, and their summary over replications.

Each metric of `metric_ids.METRICS` is one small function of the tables; nothing here looks inside a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.studies.metric_ids import METRICS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Tables = Mapping[str, Mapping[str, npt.NDArray[Any]]]

#: a product is short in a month if it delivers less than this part of what was ordered from it
SHORT = 0.99
#: quantiles over replications that `low` and `high` give
BAND = (0.05, 0.95)


class Replication:
    """The tables of one replication with the few joins that several metrics need."""

    def __init__(self, tables: Tables) -> None:
        self.t = tables
        bids = tables["bids"]
        self.won: Bools = bids["selected"]
        self._bid = {key: i for i, key in enumerate(zip(bids["round"], bids["drug"], bids["manufacturer"], strict=True))}
        use = tables["use"]
        agreed = use["agreed"] > 0
        running = {*zip(use["month"][agreed], use["drug"][agreed], strict=True)}
        self.in_contract: Bools = _member(running, use["month"], use["drug"])
        self.supplied: Bools = _member(running, tables["supply"]["month"], tables["supply"]["drug"])
        months = {month for month, _ in running}
        self.paid_months: Bools = np.array([month in months for month in tables["fund"]["month"]], dtype=np.bool_)
        self.years = len(months) / 12

    def bid_of(self, rounds: Sequence[str], drugs: Sequence[str], firms: Sequence[str]) -> npt.NDArray[np.intp]:
        """Rows of the bids table that belong to the given keys."""
        return np.array([self._bid[key] for key in zip(rounds, drugs, firms, strict=True)], dtype=np.intp)

    def use(self, column: str) -> float:
        """Sum of a column of the use table over the months in which the drug is under contract."""
        return float(self.t["use"][column][self.in_contract].sum())

    def fund(self, column: str) -> float:
        """Sum of a column of the fund table over the months in which any contract runs."""
        return float(self.t["fund"][column][self.paid_months].sum())

    def events(self, kind: str) -> Floats:
        """Values of all events of a kind."""
        events = self.t["events"]
        return np.asarray(events["value"][events["kind"] == kind], dtype=np.float64)


def _member(pairs: set[tuple[Any, Any]], months: npt.NDArray[Any], drugs: npt.NDArray[Any]) -> Bools:
    return np.array([pair in pairs for pair in zip(months, drugs, strict=True)], dtype=np.bool_)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _cut(run: Replication, base: str) -> float:
    bids = run.t["bids"]
    return _mean(1 - bids["price"][run.won] / bids[base][run.won])


def _cut_weighted(run: Replication) -> float:
    places, bids = run.t["allocation"], run.t["bids"]
    rows = run.bid_of(places["round"], places["drug"], places["main"])
    return _ratio(
        float((places["agreed"] * (1 - places["price"] / bids["ceiling"][rows])).sum()), float(places["agreed"].sum())
    )


def _cut_official(run: Replication) -> float:
    awards = run.t["awards"]
    before = dict(zip(zip(awards["round"], awards["drug"], strict=True), awards["pre_price"], strict=True))
    bids = run.t["bids"]
    base = np.array([before[key] for key in zip(bids["round"][run.won], bids["drug"][run.won], strict=True)])
    return _mean(1 - bids["price"][run.won] / base) if len(base) else np.nan


def _originator_win_rate(run: Replication) -> float:
    bids = run.t["bids"]
    quoted = bids["originator"] & ~np.isnan(bids["bid"])
    return _ratio(float((quoted & run.won).sum()), float(quoted.sum()))


def _use_change(run: Replication) -> float:
    """Mean monthly need of awarded drugs under contract against the months before their first contract."""
    use = run.t["use"]
    months, drugs = use["month"], use["drug"]
    starts: dict[Any, Any] = {}
    for month, drug in zip(months[run.in_contract], drugs[run.in_contract], strict=True):
        starts[drug] = min(month, starts.get(drug, month))
    before = months < np.array([starts.get(drug, np.datetime64("0001-01", "M")) for drug in drugs])
    return _ratio(_monthly(use, run.in_contract), _monthly(use, before)) - 1


def _monthly(use: Mapping[str, npt.NDArray[Any]], rows: Bools) -> float:
    """Need per month, summed over drugs, each drug over its own months."""
    total = 0.0
    for drug in np.unique(use["drug"][rows]):
        mine = rows & (use["drug"] == drug)
        total += float(use["need"][mine].sum()) / len(np.unique(use["month"][mine]))
    return total


def _sales(run: Replication) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Volume delivered by each row of the supply table under contract, and its row in the bids table."""
    supply, bids = run.t["supply"], run.t["bids"]
    volume = (supply["delivered"] + supply["backup_delivered"])[run.supplied]
    won = {
        (drug, firm): i
        for i, (drug, firm, selected) in enumerate(
            zip(bids["drug"], bids["manufacturer"], bids["selected"], strict=True)
        )
        if selected
    }
    keys = zip(supply["drug"][run.supplied], supply["manufacturer"][run.supplied], strict=True)
    return volume, np.array([won[key] for key in keys], dtype=np.intp)


def _margin(run: Replication) -> float:
    volume, rows = _sales(run)
    bids = run.t["bids"]
    price, cost = bids["price"][rows], bids["cost"][rows]
    return _ratio(float((volume * (price - cost)).sum()), float((volume * price).sum()))


def _hhi(run: Replication) -> float:
    volume, rows = _sales(run)
    drugs = run.t["bids"]["drug"][rows]
    values = []
    for drug in np.unique(drugs):
        mine = drugs == drug
        shares = np.array([volume[mine & (rows == row)].sum() for row in np.unique(rows[mine])])
        if shares.sum() > 0:
            values.append(float(((shares / shares.sum()) ** 2).sum()))
    return _mean(np.array(values))


def _short_months(run: Replication) -> float:
    supply = run.t["supply"]
    short = (supply["ordered"] > 0) & (supply["delivered"] < SHORT * supply["ordered"])
    return float((short & run.supplied).sum())


def _payment_delay(run: Replication) -> float:
    fund = run.t["fund"]
    rows = run.paid_months & ~np.isnan(fund["delay_days"])
    weight = fund["spend"][rows]
    return _ratio(float((fund["delay_days"][rows] * weight).sum()), float(weight.sum()))


def _per_year(total: float, run: Replication) -> float:
    return _ratio(total, run.years)


def _column(table: str, column: str) -> Callable[[Replication], float]:
    return lambda run: float(run.t[table][column].sum())


def _over(table: str, part: str, whole: str) -> Callable[[Replication], float]:
    return lambda run: _ratio(_column(table, part)(run), _column(table, whole)(run))


#: how each metric is computed from a replication
FORMULAS: dict[str, Callable[[Replication], float]] = {
    "cut_ceiling": lambda run: _cut(run, "ceiling"),
    "cut_weighted": _cut_weighted,
    "cut_own": lambda run: _cut(run, "pre_price"),
    "cut_official": _cut_official,
    "bidders_per_drug": lambda run: _mean(run.t["awards"]["bidders"].astype(np.float64)),
    "selected_per_drug": lambda run: _ratio(float(run.won.sum()), float((~run.t["awards"]["failed"]).sum())),
    "selected_products": lambda run: float(run.won.sum()),
    "failed_drugs": _column("awards", "failed"),
    "bid_success": lambda run: _ratio(float(run.won.sum()), float((run.t["bids"]["rank"] > 0).sum())),
    "originator_win_rate": _originator_win_rate,
    "completion": _over("settlement", "bought", "agreed"),
    "selected_share": lambda run: _ratio(run.use("selected"), run.use("need") - run.use("unmet")),
    "originator_share": lambda run: _ratio(
        run.use("originator") + run.use("selected_originator"), run.use("need") - run.use("unmet")
    ),
    "use_change": _use_change,
    "spend_change": lambda run: _ratio(run.fund("spend"), run.fund("baseline")) - 1,
    "fund_saving": lambda run: _per_year(run.fund("baseline_fund") - run.fund("fund_paid"), run),
    "patient_saving": lambda run: _per_year(run.fund("baseline_patient") - run.fund("patient_paid"), run),
    "reporting_ratio": _over("reports", "reported", "past_use"),
    "retained_surplus": _column("settlement", "retained"),
    "retained_share": _over("settlement", "retained", "surplus"),
    "assessment_pass_rate": _over("settlement", "passed", "institutions"),
    "unmet_share": lambda run: _ratio(run.use("unmet"), run.use("need")),
    "shortage_product_months": _short_months,
    "disruptions": lambda run: float(len(run.events("disruption"))),
    "days_to_backup": lambda run: _mean(run.events("backup")),
    "hhi": _hhi,
    "margin": _margin,
    "exits": lambda run: float(len(run.events("exit"))),
    "bans": lambda run: float(len(run.events("ban"))),
    "payment_delay_days": _payment_delay,
}


def measure(tables: Tables) -> dict[str, float]:
    """Return every metric of one replication; nan where it does not apply (no backup ever delivered)."""
    run = Replication(tables)
    return {name: float(FORMULAS[name](run)) for name in METRICS}


def summarize(values: Sequence[Mapping[str, float]]) -> dict[str, dict[str, Any]]:
    """Return ``{id: {mean, low, high, n, unit}}`` over replications.

    ``low`` and ``high`` are the 5 % and 95 % quantiles over the ``n`` replications in which the metric applies;
    a metric that never applies is left out.
    """
    summary: dict[str, dict[str, Any]] = {}
    for name, metric in METRICS.items():
        column = np.array([v[name] for v in values], dtype=np.float64)
        known = column[~np.isnan(column)]
        if len(known) == 0:
            continue
        low, high = (float(q) for q in np.quantile(known, BAND))
        summary[name] = {"mean": float(known.mean()), "low": low, "high": high, "n": len(known), "unit": metric.unit}
    return summary
