"""Lays out what a replication recorded as the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.accounts import FUND_PAID
from vbp_sim.engine.flows import CLAIMS, FLOWS
from vbp_sim.engine.postings import ACCOUNT_LEVELS
from vbp_sim.engine.price_index import chained
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.shelf import Mix
from vbp_sim.engine.tables import TABLES
from vbp_sim.engine.turnover import baseline
from vbp_sim.engine.world import World
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]
Table = dict[str, npt.NDArray[Any]]
TYPES: dict[str, Any] = {
    "int": np.int64, "float": np.float64, "bool": np.bool_, "text": object,
    "month": "datetime64[M]", "date": "datetime64[D]",
}  # fmt: skip


def tables_of(world: World, replication: int) -> dict[str, Table]:
    """All tables of a replication; the first column is its number."""
    made = {
        "use": (use := _use(world.recorder)),
        "fund": _fund(world, use),
        "accounts": _accounts(world),
        "claims": _claims(world),
        "firms": _firms(world),
        "distributors": _distributors(world),
        "classes": _classes(world),
        "institutions": _joined(world.by_institution.blocks or [_rows(world.recorder, "institutions")]),
    }
    found = {name: made[name] if name in made else _rows(world.recorder, name) for name in TABLES}
    return {name: _numbered(table, replication) for name, table in found.items()}


def _rows(rec: Recorder, name: str) -> Table:
    declared = TABLES[name].columns[1:]
    rows = rec.rows.get(name, [])
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(declared)
    return {c.name: np.array(v, dtype=TYPES[c.kind]) for c, v in zip(declared, columns, strict=True)}


def _numbered(table: Table, replication: int) -> Table:
    rows = len(next(iter(table.values())))
    return {"replication": np.full(rows, replication, dtype=np.int32), **table}


def _use(rec: Recorder) -> Table:
    """Rows: month x drug x province x level. Volumes in units.

    Before the first supply the products that will be selected are shown as selected, at their earlier shares.
    """
    volumes, need = rec.monthly, rec.monthly["need"]
    before, mix = rec.mix < 0, _filled_back(rec.mix)
    share = _of_mix(rec, mix, lambda d, p, x: float(rec.prices.share(d, p)[list(x.products)].sum()))
    earlier = _of_mix(rec, mix, lambda d, p, x: float(np.dot(rec.products.originator[list(x.products)],
                                                              _earlier_parts(rec, d, p, x))))  # fmt: skip
    now = _of_mix(rec, mix, lambda d, p, x: float(np.dot(rec.products.originator[list(x.products)], x.parts)))
    selected = np.where(before[..., None], need * share[..., None], volumes["selected"])
    nonselected = need - selected - volumes["unmet"] - volumes["alternatives"] - volumes["away"]
    earlier_part = _of_mix(rec, mix, lambda d, p, x: rec.prices.others(d, p, x.products).earlier_part)
    originator = nonselected * np.where(before & (mix >= 0), earlier_part, rec.sides(mix)[0])[..., None]
    return {
        **_keys(_axes(rec, "month", "drug", "province", "level")),
        "need": need.ravel(),
        "gained": volumes["gained"].ravel(),
        "selected": selected.ravel(),
        "selected_originator": (selected * np.where(before, earlier, now)[..., None]).ravel(),
        "generic": (nonselected - originator).ravel(),
        "originator": originator.ravel(),
        "alternatives": volumes["alternatives"].ravel(),
        "away": volumes["away"].ravel(),
        "substituted": volumes["substituted"].ravel(),
        "emergency": volumes["emergency"].ravel(),
        "relief": volumes["relief"].ravel(),
        "waiting": volumes["waiting"].ravel(),
        "unmet": volumes["unmet"].ravel(),
        "agreed": volumes["agreed"].ravel(),
    }


def _earlier_parts(rec: Recorder, drug: int, place: int, mix: Mix) -> Floats:
    """What each product of a mix had of their common volume before any round."""
    shares = rec.prices.share(drug, place)[list(mix.products)]
    total = float(shares.sum())
    return shares / total if total > 0 else np.array(mix.parts)


def _of_mix(rec: Recorder, mix: npt.NDArray[np.int64], value: Any) -> Floats:
    """A value of each mix where it is selected, 0 where nothing is; same shape as ``mix``."""
    found, known = np.zeros(mix.shape), {}
    for d, p in np.ndindex(mix.shape[1:]):
        for index in sorted({*mix[:, d, p].tolist()}):
            if index >= 0:
                key = (index, d, int(rec.prices.home[d, p]))
                if key not in known:
                    known[key] = value(d, p, rec.mixes[index])
                found[:, d, p][mix[:, d, p] == index] = known[key]
    return found


def _filled_back(mix: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Months before the first agreement of a drug in a place take what holds in the first month after."""
    filled = mix.copy()
    first = np.argmax(mix >= 0, axis=0)
    opening = np.take_along_axis(mix, first[None], axis=0)
    early = np.arange(len(mix))[:, None, None] < first[None]
    return np.where(early, opening, filled)


def _fund(world: World, use: Table) -> Table:
    """Rows: month x province, all drugs together. Money that moved is that of the accounts."""
    rec, accounts, covered = world.recorder, world.accounts, world.spec.finance.covered
    whole, replaced = baseline(world)

    def moved(*flows: str) -> Floats:
        return np.asarray(sum(accounts.flows[flow].sum(axis=(1, 3)) for flow in flows))

    return {
        **_keys(_axes(rec, "month", "province")),
        "spend": (moved("goods") - accounts.alternatives).ravel(),
        "baseline": whole.ravel(),
        "alternatives": accounts.alternatives.ravel(),
        "replaced": replaced.ravel(),
        "outside": moved("outside_self", "outside_fund").ravel(),
        "fund_paid": moved(*FUND_PAID).ravel(),
        "patient_paid": moved("copayment", "markup_self", "offline", "outside_self").ravel(),
        "baseline_fund": (covered * whole).ravel(),
        "baseline_patient": ((1 - covered) * whole).ravel(),
        "bundled": accounts.care.bundled.ravel(),
        "budget": accounts.fund.budget.ravel(),
        "reserve": accounts.fund.reserve(accounts.fund.paid(accounts.flows, len(rec.clock.months))).ravel(),
        "prepaid": moved("advance", "advance_kept").ravel(),
        "delay_days": accounts.goods.delay.ravel(),
        "price_index": chained(rec, _by_item(rec, use), _filled_back(rec.mix)).ravel(),
    }


def _by_item(rec: Recorder, use: Table) -> Floats:
    """Units of selected products, other generics and other originators, (items, months, drugs, places)."""
    shape = rec.monthly["need"].shape
    return np.stack([use[item].reshape(shape).sum(axis=3) for item in ("selected", "generic", "originator")])


def _classes(world: World) -> Table:
    """Rows: month x class x province."""
    classes, axes = world.classes, _axes(world.recorder, "month", "province")
    names = {"month": axes["month"], "class": np.array(classes.ids, dtype=object), "province": axes["province"]}
    price = np.array([classes.price(m) for m in range(len(classes.need))])
    return {
        **_keys(names),
        "need": classes.need.ravel(),
        "other": classes.other.ravel(),
        "other_before": classes.before.ravel(),
        "price": price.ravel(),
    }


def _accounts(world: World) -> Table:
    """Rows: every posting that is not zero."""
    axes, accounts = _account_axes(world), world.accounts
    parts = []
    for flow in FLOWS.values():
        yuan = accounts.flows[flow.id]
        at = np.nonzero(yuan)
        size = len(at[0])
        texts = {"flow": flow.id, "payer": flow.payer, "payee": flow.payee}
        parts.append({**_at(axes, at), **_same(texts, size), "yuan": yuan[at]})
    return _joined(parts)


def _claims(world: World) -> Table:
    """Rows: what is open at the end of every month."""
    axes, parts = _account_axes(world), []
    for name, (still, overdue) in world.accounts.claims().items():
        at = np.nonzero(np.abs(still) > 1e-6)
        texts = {"claim": name, "creditor": CLAIMS[name].creditor, "debtor": CLAIMS[name].debtor}
        parts.append({**_at(axes, at), **_same(texts, len(at[0])), "open": still[at], "overdue": overdue[at]})
    return _joined(parts)


def _firms(world: World) -> Table:
    """Rows: month x owner, where something was sold or paid so far."""
    owners = world.accounts.owners
    cash = np.cumsum(owners.flow, axis=0)
    at = np.nonzero((owners.revenue != 0) | (cash != 0))
    axes = {"month": np.array(world.clock.months, dtype="datetime64[M]"), "owner": np.array(owners.names, dtype=object)}
    return {**_at(axes, at), "revenue": owners.revenue[at], "cost": owners.cost[at], "cash": cash[at]}


def _distributors(world: World) -> Table:
    """Rows: month x province."""
    accounts = world.accounts
    mine, goods = accounts.distributors, {name: still for name, (still, _) in accounts.goods.claims().items()}
    return {
        **_keys(_axes(world.recorder, "month", "province")),
        "receipts": mine.receipts(slice(None)).ravel(),
        "payments": mine.payments(slice(None)).ravel(),
        "cash": mine.cash.ravel(),
        "owed": goods["collection"].sum(axis=(1, 3)).ravel(),
        "owes": goods["credit"].sum(axis=(1, 3)).ravel(),
        "afford": mine.afford.ravel(),
        "delay_all": accounts.goods.delay_all.ravel(),
    }


def _account_axes(world: World) -> dict[str, npt.NDArray[Any]]:
    axes = _axes(world.recorder, "month", "province")
    levels, rounds = np.array(ACCOUNT_LEVELS, dtype=object), np.array(world.accounts.rounds, dtype=object)
    return {"month": axes["month"], "round": rounds, "province": axes["province"], "level": levels}


def _axes(rec: Recorder, *names: str) -> dict[str, npt.NDArray[Any]]:
    known: dict[str, npt.NDArray[Any]] = {
        "month": np.array(rec.clock.months, dtype="datetime64[M]"),
        "drug": np.array([d.id for d in rec.market.drugs], dtype=object),
        "province": np.array([p.id for p in rec.market.provinces], dtype=object),
        "level": np.array(LEVELS, dtype=object),
    }
    return {name: known[name] for name in names}


def _keys(axes: Mapping[str, npt.NDArray[Any]]) -> Table:
    """Every combination of the axes, the last one fastest."""
    grid = np.indices(tuple(len(values) for values in axes.values()), dtype=np.intp)
    return {name: values[index.ravel()] for (name, values), index in zip(axes.items(), grid, strict=True)}


def _at(axes: Mapping[str, npt.NDArray[Any]], at: tuple[npt.NDArray[np.intp], ...]) -> Table:
    return {name: values[index] for (name, values), index in zip(axes.items(), at, strict=True)}


def _same(texts: Mapping[str, str], size: int) -> Table:
    return {name: np.full(size, text, dtype=object) for name, text in texts.items()}


def _joined(parts: list[Table]) -> Table:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
