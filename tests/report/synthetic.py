"""A made-up run with the shape of the pilot, so that charts can be drawn and tested without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.engine.flows import FLOWS
from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.folder import RunFolder, RunWriter

DRUGS = {  # name: yuan per unit before the round
    "atorvastatin": 5.8,
    "rosuvastatin": 4.22,
    "clopidogrel": 8.72,
    "irbesartan": 0.66,
    "amlodipine": 0.35,
    "entecavir": 14.14,
    "escitalopram": 7.42,
    "paroxetine": 3.86,
    "olanzapine": 13.85,
    "cefuroxime-axetil": 1.08,
    "risperidone": 0.6,
    "gefitinib": 351.1,
    "fosinopril": 2.79,
    "irbesartan-hydrochlorothiazide": 3.72,
    "lisinopril": 1.33,
    "tenofovir-disoproxil": 15.3,
    "losartan": 2.64,
    "amoxicillin": 0.3,
    "azithromycin": 3.77,
    "enalapril": 1.88,
    "levetiracetam": 3.3,
    "tramadol": 1.59,
    "imatinib": 18.42,
    "alfacalcidol": 1.39,
    "montelukast": 2.87,
    "smectite": 1.13,
    "captopril": 0.19,
    "pemetrexed": 2459.6,
    "flurbiprofen": 21.5,
    "dexmedetomidine": 133.0,
    "cefuroxime": 0.05,
}
CITIES = (
    "beijing",
    "tianjin",
    "shanghai",
    "chongqing",
    "shenyang",
    "dalian",
    "xiamen",
    "guangzhou",
    "shenzhen",
    "chengdu",
    "xian",
)
PROVINCES = (
    "shanxi",
    "inner-mongolia",
    "liaoning",
    "jilin",
    "heilongjiang",
    "jiangsu",
    "zhejiang",
    "anhui",
    "jiangxi",
    "shandong",
    "henan",
    "hubei",
    "hunan",
    "guangdong",
    "guangxi",
    "hainan",
    "sichuan",
    "guizhou",
    "yunnan",
    "tibet",
    "shaanxi",
    "gansu",
    "qinghai",
    "ningxia",
    "xinjiang",
)
FIRMS = ("Zhejiang Huahai", "Sichuan Kelun", "Jiangsu Hansoh", "Hebei Changshan", "Chengdu Brilliant")
LEVELS = {"tertiary": 0.6, "secondary": 0.28, "primary": 0.12}
FAILED = ("amoxicillin", "azithromycin", "tramadol", "alfacalcidol", "captopril", "cefuroxime")
MONTHS = np.datetime64("2018-10", "M") + np.arange(18)
START = 6  # month of the first supply
Table = dict[str, np.ndarray[Any, Any]]


def write(
    path: Path,
    replications: int = 1,
    provinces: tuple[str, ...] = CITIES,
    drugs: dict[str, float] = DRUGS,
    failed: tuple[str, ...] = FAILED,
    **manifest: Any,
) -> RunFolder:
    """Write the run and open it."""
    asked = {
        "scenario": "pilot-2018",
        "variant": "",
        "seed": 1,
        "replications": replications,
        "version": "0.1.0",
        "digest": "d",
    }
    with RunWriter(path) as run:
        for replication in range(replications):
            for name, columns in one(replication, provinces, drugs, failed).items():
                run.append(name, _filled(name, replication, columns))
        return run.finish({**asked, **manifest}, summary(replications))


def _filled(name: str, replication: int, columns: Table) -> Table:
    """The table with every declared column: 0 or empty where no chart asks for one."""
    rows = len(next(iter(columns.values())))
    empty = {c.name: text([""] * rows) if c.kind == "text" else np.zeros(rows) for c in TABLES[name].columns}
    known = {k: v for k, v in columns.items() if k in empty}
    return {**empty, **known, "replication": np.full(rows, replication)}


def summary(replications: int) -> dict[str, Any]:
    """A summary with one metric of each unit."""
    values = {
        "cut_own": (0.623, "share"),
        "fund_saving": (1_234_567_890.0, "yuan/year"),
        "spend_change": (-0.41, "share"),
        "failed_drugs": (6.0, "drugs"),
        "days_to_backup": (None, "days"),
        "retained_surplus": (4.2e7, "yuan"),
        "hhi": (0.873, "index 0-1"),
        "not_yet_known": (3.25, "cats"),
    }
    metrics = {
        name: {
            "mean": v,
            "low": None if v is None else v * 0.9,
            "high": None if v is None else v * 1.1,
            "n": replications,
            "unit": unit,
        }
        for name, (v, unit) in values.items()
    }
    return {
        "scenario": "pilot-2018",
        "variant": "",
        "seed": 1,
        "replications": replications,
        "metrics": metrics,
    }


def text(values: Any) -> np.ndarray[Any, Any]:
    return np.array(list(values), dtype=object)


def one(
    replication: int, provinces: tuple[str, ...], drugs: dict[str, float], failed: tuple[str, ...]
) -> dict[str, Table]:
    """All tables of one replication."""
    luck = np.random.default_rng((7, replication))
    fixed = np.random.default_rng(7)
    names, price = list(drugs), np.array(list(drugs.values()))
    tender = _tender(names, price, failed, luck, fixed)
    won = np.isin(names, failed, invert=True)
    monthly = _monthly(names, price, won, provinces, luck, tender["awards"]["lowest"])
    winners = [tender["winner"][name] for name in names if name in tender["winner"]]
    return {
        "bids": tender["bids"],
        "awards": tender["awards"],
        "prices": tender["prices"],
        **monthly,
        **_money(monthly["fund"]),
        "reports": _reports(monthly["use"]),
        "supply": _supply([n for n, w in zip(names, won, strict=True) if w], winners, luck),
        "settlement": _settlement(names, provinces, luck),
        "events": _events(),
        "watch": _watch([n for n, w in zip(names, won, strict=True) if w], provinces, replication),
        "relief": _relief([n for n, w in zip(names, won, strict=True) if w][:1], provinces[:2]),
    }


def _tender(names: list[str], price: Any, failed: tuple[str, ...], luck: Any, fixed: Any) -> dict[str, Any]:
    rows: list[tuple[Any, ...]] = []
    awards: list[tuple[Any, ...]] = []
    winner = {}
    for name, before in zip(names, price, strict=True):
        ceiling = 0.785 * before
        firms = [*FIRMS[: fixed.integers(1, 5)], "Originator Co"]
        level = 0.75 * np.exp(-0.35 * len(firms)) * fixed.lognormal(0, 0.3, len(firms)) + 0.05
        bid = ceiling * level * luck.lognormal(0, 0.15, len(firms))
        bid[-1] = ceiling * (0.8 + 0.35 * fixed.random())
        real = ceiling * level * fixed.lognormal(0, 0.2, len(firms))
        best = -1 if name in failed else int(np.argmin(np.where(bid <= ceiling, bid, np.inf)))
        really = int(np.argmin(real))
        for i, firm in enumerate(firms):
            own = before * (1.4 if i == len(firms) - 1 else 1.0)
            rows.append(
                (
                    "pilot",
                    name,
                    firm,
                    i == len(firms) - 1,
                    i + 1,
                    bid[i],
                    ceiling,
                    own,
                    0.1 * before,
                    i == best,
                    i == best,
                    bid[i] if i == best else np.nan,
                    "lowest bid" if i == best else "not the lowest",
                    real[i],
                    int(i == really),
                )
            )
        if best >= 0:
            winner[name] = firms[best]
        valid = int((bid <= ceiling).sum())
        awards.append(
            (
                "pilot",
                name,
                len(firms),
                valid,
                1,
                int(best >= 0),
                best < 0,
                bid[best] if best >= 0 else np.nan,
                ceiling,
                before,
                0.6,
                12,
                real[really] if best >= 0 else np.nan,
            )
        )
    b = _columns(
        "round drug manufacturer originator rank bid ceiling pre_price cost shortlisted selected price "
        "reason real_bid real_selected",
        rows,
    )
    prices = {
        **{k: b[k] for k in ("round", "drug", "manufacturer", "originator", "selected")},
        "price_before": b["pre_price"],
        "price_after": np.where(b["selected"], b["bid"], b["pre_price"]),
        "standard": b["pre_price"],
    }
    a = _columns(
        "round drug qualified bidders shortlisted selected failed lowest ceiling pre_price share term_months "
        "real_price",
        awards,
    )
    return {"bids": b, "prices": prices, "awards": a, "winner": winner}


def _columns(names: str, rows: list[tuple[Any, ...]]) -> Table:
    columns = dict(zip(names.split(), zip(*rows, strict=True), strict=True))
    return {k: text(v) if isinstance(v[0], str) else np.array(v) for k, v in columns.items()}


def _monthly(
    names: list[str], price: Any, won: Any, provinces: tuple[str, ...], luck: Any, lowest: Any
) -> dict[str, Table]:
    m, d, p, n = len(MONTHS), len(names), len(provinces), len(LEVELS)
    weight = np.linspace(2, 0.4, p)[None, None, :, None] * np.array(list(LEVELS.values()))
    need = (3e5 / np.sqrt(price))[None, :, None, None] * weight * luck.lognormal(0, 0.08, (m, d, p, n))
    after = (np.arange(m) >= START)[:, None] & won
    ramp = np.clip((np.arange(m) - START + 1) / 3, 0, 1)[:, None]
    part = np.where(after, 0.25 + 0.5 * ramp, 0.25)[:, :, None, None]
    unmet = need * np.where(after, 0.004, 0)[:, :, None, None] * luck.random((m, d, p, n))
    selected = (need - unmet) * part
    originator = (need - unmet - selected) * 0.55
    bulk = need.mean(axis=0) * np.linspace(0.2, 0.75, p)[None, :, None]
    agreed = np.where(after[:, :, None, None], bulk, 0.0)
    key = np.meshgrid(MONTHS, names, provinces, list(LEVELS), indexing="ij")
    use = {
        "month": key[0].ravel(),
        **{k: text(v.ravel()) for k, v in zip(("drug", "province", "level"), key[1:], strict=True)},
        "need": need.ravel(),
        "gained": 0 * need.ravel(),
        "selected": selected.ravel(),
        "selected_originator": 0 * need.ravel(),
        "generic": (need - unmet - selected - originator).ravel(),
        "originator": originator.ravel(),
        "alternatives": 0 * need.ravel(),
        "substituted": 0 * need.ravel(),
        "unmet": unmet.ravel(),
        "agreed": agreed.ravel(),
    }
    baseline = (need * price[None, :, None, None]).sum(axis=(1, 3))
    drop = np.where(after, 1 - np.nan_to_num(lowest) / price, 0.0)
    spend = baseline - (selected * (price * drop)[:, :, None, None]).sum(axis=(1, 3))
    key = np.meshgrid(MONTHS, provinces, indexing="ij")
    fund = {
        "month": key[0].ravel(),
        "province": text(key[1].ravel()),
        "spend": spend.ravel(),
        "baseline": baseline.ravel(),
        "alternatives": 0 * baseline.ravel(),
        "replaced": 0 * baseline.ravel(),
        "fund_paid": 0.55 * spend.ravel(),
        "patient_paid": 0.45 * spend.ravel(),
        "baseline_fund": 0.6 * baseline.ravel(),
        "baseline_patient": 0.4 * baseline.ravel(),
        "prepaid": 0.1 * spend.ravel(),
        "delay_days": 30 + 0 * spend.ravel(),
    }
    return {"use": use, "fund": fund, **_balances(spend, key)}


def _balances(spend: Any, key: list[Any]) -> dict[str, Table]:
    """Balances of firms and distributors, and arrears that begin with the first supply; ``spend`` (months, places)."""
    places = {"month": key[0].ravel(), "province": text(key[1].ravel())}
    late = np.clip((np.arange(len(MONTHS)) - START) / 5, 0, 1)[:, None] * spend
    cash = np.cumsum(0.3 * spend.sum(axis=1)) - 1.4 * spend.sum(axis=1)
    return {
        "distributors": {**places, "cash": np.cumsum(0.05 * spend, axis=0).ravel()},
        "firms": {"month": MONTHS, "owner": text([""] * len(MONTHS)), "cash": cash},
        "claims": {**places, "claim": text(["goods"] * spend.size), "open": 5 * late.ravel(), "overdue": late.ravel()},
    }


def _reports(use: Table) -> Table:
    """Seven tenths of the first month's need, made up to a year."""
    first = use["month"] == use["month"].min()
    keys = {column: use[column][first] for column in ("drug", "province", "level")}
    past = 12 * use["need"][first]
    return {**keys, "round": text(["pilot"] * len(past)), "past_use": past, "reported": 0.7 * past}


def _money(fund: Table) -> dict[str, Table]:
    """Postings and firms that follow from the fund table: a fifth is owed by the month's end, a third is cost."""
    flows = {"copayment": fund["patient_paid"], "reimbursement": fund["fund_paid"], "goods": fund["spend"],
             "settlement": 0.8 * fund["spend"], "distribution_fee": 0.05 * fund["spend"], "vat": 0.1 * fund["spend"],
             "production": 0.3 * fund["spend"], "advance": fund["prepaid"]}  # fmt: skip
    key = np.meshgrid(np.arange(len(fund["spend"])), list(LEVELS), list(flows), indexing="ij")
    row, level, flow = (k.ravel() for k in key)
    yuan = np.array([flows[f][r] for r, f in zip(row, flow, strict=True)]) * np.array([LEVELS[n] for n in level])
    accounts = {
        "month": fund["month"][row],
        "province": fund["province"][row],
        "level": text(level),
        "flow": text(flow),
        "payer": text(FLOWS[f].payer for f in flow),
        "payee": text(FLOWS[f].payee for f in flow),
        "yuan": yuan,
    }
    spent = np.array([fund["spend"][fund["month"] == m].sum() for m in MONTHS])
    firms = {"month": MONTHS, "owner": text(["x"] * len(MONTHS)), "revenue": spent, "cost": 0.3 * spent}
    return {"accounts": accounts, "firms": {**firms, "cash": np.cumsum(0.4 * spent)}}


def _supply(names: list[str], firms: list[str], luck: Any) -> Table:
    months = MONTHS[START:]
    down = np.zeros((len(months), len(names)), dtype=bool)
    for i in np.flatnonzero(luck.random(len(names)) < 0.3):
        first = luck.integers(0, len(months))
        down[first : first + luck.integers(1, 5), i] = True
    key = np.meshgrid(months, np.arange(len(names)), indexing="ij")
    ordered = 1e6 * luck.random(down.size)
    return {
        "month": key[0].ravel(),
        "round": text(["pilot"] * down.size),
        "drug": text(names[i] for i in key[1].ravel()),
        "manufacturer": text(firms[i] for i in key[1].ravel()),
        "down": down.ravel(),
        "capacity": 2e6 + 0 * ordered,
        "stock": 1e6 + 0 * ordered,
        "ordered": ordered,
        "delivered": ordered * ~down.ravel(),
        "backup_delivered": 0 * ordered,
        "short": ordered * down.ravel(),
    }


def _settlement(names: list[str], provinces: tuple[str, ...], luck: Any) -> Table:
    key = [k.ravel() for k in np.meshgrid(names, provinces, list(LEVELS), indexing="ij")]
    n = len(key[0])
    size = np.array([LEVELS[level] for level in key[2]])
    surplus = 1e6 * size * luck.random(n)
    institutions = np.round(40 / size).astype(int)
    passed = (institutions * (0.6 + 0.35 * luck.random(n))).astype(int)
    return {
        "round": text(["pilot"] * n),
        "contract_year": np.ones(n, dtype=int),
        **{k: text(v) for k, v in zip(("drug", "province", "level"), key, strict=True)},
        "institutions": institutions,
        "passed": passed,
        "completed": passed,
        "tenth": np.full(n, 1.2),
        "agreed": 1e5 * size,
        "bought": 1.9e5 * size,
        "nonselected": 5e4 * size,
        "budget": 3 * surplus,
        "spend": 2 * surplus,
        "surplus": surplus,
        "retained": 0.4 * surplus * passed / institutions,
    }


def _watch(names: list[str], provinces: tuple[str, ...], replication: int) -> Table:
    """Marks that grow fewer over the agreement year; fewest in large places."""
    months, each = MONTHS[START + 1 :], [*names, ""] if names else []
    key = [k.ravel() for k in np.meshgrid(np.arange(len(months)), each, provinces, list(LEVELS), indexing="ij")]
    n, luck = len(key[0]), np.random.default_rng((11, replication))
    institutions = np.round(40 / np.array([LEVELS[level] for level in key[3]])).astype(int)
    red = (institutions * 0.3 * luck.random(n) * (key[0] >= 2) / (1 + 0.2 * key[0])).astype(int)
    return {
        "month": months[key[0]],
        "round": text(["pilot"] * n),
        **{k: text(v) for k, v in zip(("drug", "province", "level"), key[1:], strict=True)},
        "institutions": institutions,
        "yellow": red // 2,
        "red": red,
        "interviewed": red // 3,
    }


def _relief(names: list[str], provinces: tuple[str, ...]) -> Table:
    """A supplier stands still for five months; others help more and more."""
    met = {
        "own": [90, 10, 0, 0, 60],
        "stock": [0, 30, 0, 0, 0],
        "backup": [0, 20, 50, 80, 40],
        "brands": [10, 30, 35, 15, 0],
        "unmet": [0, 10, 15, 5, 0],
    }
    rows = [
        (MONTHS[START + 4 + m], name, place, source, float(units))
        for name in names for place in provinces for m in range(5) for source, each in met.items() if (units := each[m])
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * 5
    month, drug, province, source, units = (list(column) for column in columns)
    return {
        "month": np.array(month, dtype="datetime64[M]"),
        "round": text(["pilot"] * len(rows)),
        "drug": text(drug),
        "province": text(province),
        "source": text(source),
        "units": np.array(units, dtype=np.float64),
    }


def _events() -> Table:
    steps = {
        "reporting-start": "2018-10-15",
        "reporting-end": "2018-11-01",
        "opening": "2018-12-06",
        "start": "2019-04-01",
        "term-end": "2020-03-31",
    }
    dates = np.array(list(steps.values()), dtype="datetime64[D]")
    n, blank = len(steps), text([""] * len(steps))
    return {
        "time": (dates - dates[0]).astype(float),
        "date": dates,
        "kind": text(steps),
        "round": text(["pilot"] * n),
        "drug": blank,
        "manufacturer": blank,
        "province": blank,
        "value": np.full(n, np.nan),
        "text": blank,
    }
