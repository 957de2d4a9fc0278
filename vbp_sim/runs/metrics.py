"""Headline metrics from the tables of one replication, and their summary over replications.

Each metric of `metric_ids.METRICS` is one small function of the tables; nothing here looks inside a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.metric_ids import METRICS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]
Table = Mapping[str, npt.NDArray[Any]]
Tables = Mapping[str, Table]
#: the metrics of one replication, by id
Row = dict[str, float]

#: a product is short in a month if it delivers less than this part of what was ordered from it
SHORT = 0.99
#: quantiles over replications that `low` and `high` give
BAND = (0.05, 0.95)


class Folder(Protocol):
    """A run whose tables can be read, or a part of one."""

    @property
    def manifest(self) -> dict[str, Any]: ...

    @property
    def tables(self) -> tuple[str, ...]: ...

    def table(self, name: str, columns: Iterable[str] | None = None) -> Table: ...


class Replication:
    """The tables of one replication with the few joins that several metrics need."""

    def __init__(self, tables: Tables) -> None:
        self.t = tables
        bids = tables["bids"]
        self.won: Bools = bids["selected"]
        keys = zip(bids["round"], bids["drug"], bids["manufacturer"], strict=True)
        self._bid = {key: i for i, key in enumerate(keys)}
        use = tables["use"]
        agreed = use["agreed"] > 0
        self.in_contract: Bools = _among(use, use, agreed, "month", "drug", "province")
        self.supplied: Bools = _among(tables["supply"], use, agreed, "month", "drug")
        self.paid: Bools = _among(tables["fund"], use, agreed, "month", "province")
        self.years = len(np.unique(use["month"][agreed])) / 12

    def bid_of(self, rounds: Names, drugs: Names, firms: Names) -> npt.NDArray[np.intp]:
        """Rows of the bids table that belong to the given keys."""
        return np.array([self._bid[key] for key in zip(rounds, drugs, firms, strict=True)], dtype=np.intp)

    def use(self, column: str) -> float:
        """Sum of a column of the use table over the months and provinces in which the drug is under contract."""
        return float(self.t["use"][column][self.in_contract].sum())

    def fund(self, column: str) -> float:
        """Sum of a column of the fund table over the months and provinces in which any contract runs."""
        return float(self.t["fund"][column][self.paid].sum())

    @property
    def served(self) -> float:
        """Use of awarded drugs under contract: need that was met, and not by drugs outside the list."""
        return self.use("need") - self.use("unmet") - self.use("alternatives")

    def saved(self, payer: str) -> float:
        """What a payer (fund, patient) saves against the baseline, drugs outside the list included."""
        return self.fund(f"baseline_{payer}") - self.fund(f"{payer}_paid")

    def last(self, table: str, column: str) -> Floats:
        """A column of a table in the last month of the run."""
        rows = self.t[table]
        return np.asarray(rows[column][rows["month"] == self.t["use"]["month"].max()], dtype=np.float64)

    def events(self, kind: str) -> Floats:
        """Values of all events of a kind."""
        events = self.t["events"]
        return np.asarray(events["value"][events["kind"] == kind], dtype=np.float64)


def _among(table: Table, use: Table, rows: Bools, *columns: str) -> Bools:
    """Rows of a table whose key (the given columns) is one of those that the given rows of the use table have."""
    wanted = {*zip(*(use[column][rows].tolist() for column in columns), strict=True)}
    keys = zip(*(table[column].tolist() for column in columns), strict=True)
    return np.fromiter((key in wanted for key in keys), dtype=np.bool_, count=len(table[columns[0]]))


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
    """Mean monthly use under contract against the months before the first one, of drugs and places that have both."""
    use = run.t["use"]
    places: dict[tuple[str, str], int] = {}
    keys = zip(use["drug"].tolist(), use["province"].tolist(), strict=True)
    cell = np.array([places.setdefault(key, len(places)) for key in keys], dtype=np.intp)
    month, cells = use["month"].astype(np.int64), len(places)
    start = np.full(cells, np.iinfo(np.int64).max)
    np.minimum.at(start, cell[run.in_contract], month[run.in_contract])
    before = (month < start[cell]) & (start < np.iinfo(np.int64).max)[cell]
    supplied = use["need"] - use["unmet"] - use["alternatives"]
    after, earlier = (_monthly(supplied, month, cell, cells, rows) for rows in (run.in_contract, before))
    both = ~np.isnan(after) & ~np.isnan(earlier)
    return _ratio(float(after[both].sum()), float(earlier[both].sum())) - 1


def _monthly(
    volume: Floats, month: npt.NDArray[np.int64], cell: npt.NDArray[np.intp], cells: int, rows: Bools
) -> Floats:
    """Volume per month of each cell, over the months that the cell has among the given rows; nan where it has none."""
    months = np.bincount(np.unique(month[rows] * cells + cell[rows]) % cells, minlength=cells)
    total = np.bincount(cell[rows], weights=volume[rows], minlength=cells)
    return np.asarray(np.divide(total, months, out=np.full(cells, np.nan), where=months > 0))


def _sales(run: Replication) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Volume delivered by each row of the supply table under contract, and its row in the bids table."""
    supply = {name: values[run.supplied] for name, values in run.t["supply"].items()}
    rows = run.bid_of(supply["round"], supply["drug"], supply["manufacturer"])
    return np.asarray(supply["delivered"] + supply["backup_delivered"]), rows


def _margin(run: Replication) -> float:
    volume, rows = _sales(run)
    bids = run.t["bids"]
    price, cost = bids["price"][rows], bids["cost"][rows]
    return _ratio(float((volume * (price - cost)).sum()), float((volume * price).sum()))


def _hhi(run: Replication) -> float:
    """Mean over the contracts: one drug's in one round."""
    volume, rows = _sales(run)
    bids = run.t["bids"]
    by_product = np.bincount(rows, weights=volume, minlength=len(bids["drug"]))
    contracts: dict[tuple[str, str], list[float]] = {}
    for i in np.flatnonzero(by_product):
        contracts.setdefault((bids["round"][i], bids["drug"][i]), []).append(float(by_product[i]))
    return _mean(np.array([sum(v**2 for v in volumes) / sum(volumes) ** 2 for volumes in contracts.values()]))


def _short_months(run: Replication) -> float:
    supply = run.t["supply"]
    short = (supply["ordered"] > 0) & (supply["delivered"] < SHORT * supply["ordered"])
    return float((short & run.supplied).sum())


def _payment_delay(run: Replication) -> float:
    fund = run.t["fund"]
    rows = run.paid & ~np.isnan(fund["delay_days"])
    weight = fund["spend"][rows]
    return _ratio(float((fund["delay_days"][rows] * weight).sum()), float(weight.sum()))


def _fund_net(run: Replication) -> float:
    """What the fund saves a year, less the retained surplus (paid or not yet) and advances that do not come back."""
    claims = run.t["claims"]
    lost = run.last("claims", "overdue")[claims["claim"][claims["month"] == run.t["use"]["month"].max()] == "advance"]
    return _per_year(run.saved("fund") - _column("settlement", "retained")(run) - float(lost.sum()), run)


def _wish_met(run: Replication) -> float:
    bids = run.t["bids"]
    return _ratio(float(bids["named"][run.won].sum()), float(bids["named"].sum()))


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
    "wish_met": _wish_met,
    "completion": _over("settlement", "bought", "agreed"),
    "selected_share": lambda run: _ratio(run.use("selected"), run.served),
    "originator_share": lambda run: _ratio(run.use("originator") + run.use("selected_originator"), run.served),
    "use_change": _use_change,
    "spend_change": lambda run: _ratio(run.fund("spend") + run.fund("alternatives"), run.fund("baseline")) - 1,
    "fund_saving": lambda run: _per_year(run.saved("fund"), run),
    "fund_net": _fund_net,
    "patient_saving": lambda run: _per_year(run.saved("patient"), run),
    "reporting_ratio": _over("reports", "reported", "past_use"),
    "retained_surplus": _column("settlement", "retained"),
    "retained_share": _over("settlement", "retained", "surplus"),
    "assessment_pass_rate": _over("settlement", "passed", "institutions"),
    "unmet_share": lambda run: _ratio(run.use("unmet"), run.use("need")),
    "shortage_product_months": _short_months,
    "disruptions": lambda run: float(len(run.events("disruption"))),
    "recalls": lambda run: float(len(run.events("recall"))),
    "days_to_backup": lambda run: _mean(run.events("backup")),
    "hhi": _hhi,
    "margin": _margin,
    "exits": lambda run: float(len(run.events("exit"))),
    "bans": lambda run: float(len(run.events("ban"))),
    "payment_delay_days": _payment_delay,
    "firm_cash": lambda run: float(run.last("firms", "cash").sum()),
    "arrears": lambda run: float(run.last("claims", "overdue").sum()),
}


def measure(tables: Tables) -> dict[str, float]:
    """Return every metric of one replication; nan where it does not apply (no backup ever delivered)."""
    run = Replication(tables)
    return {name: float(FORMULAS[name](run)) for name in METRICS}


def metrics_of(folder: Folder) -> list[Row]:
    """Metrics of each replication of a finished run, measured from its tables."""
    tables = {name: folder.table(name) for name in folder.tables}
    found = []
    for k in range(int(folder.manifest["replications"])):
        own = {}
        for name, columns in tables.items():
            first, last = np.searchsorted(columns["replication"], [k, k + 1])
            own[name] = {column: values[first:last] for column, values in columns.items()}
        found.append(measure(own))
    return found


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
