"""What `vbp backtest` keeps of a prediction for charts and reports: backtest.json in a folder of its own."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

import vbp_sim
from vbp_sim.runs import aside, reading
from vbp_sim.runs.manifest import Measured
from vbp_sim.runs.reading import Count, Number, Whole
from vbp_sim.runs.target import make_folder
from vbp_sim.scenario.market import Market
from vbp_sim.truth.backtest import Backtest, Floats

FILE = "backtest.json"
PROGRAM = "vbp_sim backtest"
#: the band of predicted values, as quantiles over predicted rounds
LOW, HIGH = 0.05, 0.95
#: edges of the classes of bids, as shares of the ceiling
EDGES = np.linspace(0, 1, 21)


def record(found: Mapping[str, Any], market: Market, test: Backtest) -> dict[str, Any]:
    """What backtest.json holds: ``found`` (the metrics and what was asked), and prices by drug and bids by class."""
    whole = {
        "program": PROGRAM,
        "version": vbp_sim.__version__,
        **found,
        "drugs": _drugs(market, test),
        "bids": _bids(test),
    }
    return {**whole, "id": aside.id_of(whole)}


def write(record: Mapping[str, Any], out: Path) -> None:
    """Write backtest.json; InputError if ``out`` holds something else."""
    make_folder(out, FILE, "back-test")
    aside.write_json(out / FILE, dict(record))


def read(folder: Path) -> dict[str, Any]:
    """Read a back-test; InputError if there is none, or it is damaged."""
    file, again = folder / FILE, "make the back-test again"
    found = reading.json_of(file, again)
    if found.get("program") != PROGRAM:
        raise reading.refused(file, "is not a back-test of vbp_sim", "name another folder")
    reading.shaped(file, found, Record, again)
    if found["id"] != aside.id_of(found):
        raise reading.refused(file, "is not what the back-test wrote: its id is not that of its content", again)
    return found


class Metric(Measured):
    """A metric as predicted, as it really was, and as predicted with luck alone."""

    real: Number | None = None
    luck: Measured | None = None


class Drug(BaseModel):
    """The lowest selected price of a drug over its ceiling, as quantiles over predicted rounds, and the real one."""

    drug: str
    name_zh: str = ""
    firms: Whole
    failed: Number | None
    low: Number | None
    mid: Number | None
    high: Number | None
    real: Number | None


class Bids(BaseModel):
    """Share of bids in a class below the ceiling."""

    from_: Number = Field(alias="from")
    to: Number
    predicted: Number | None
    low: Number | None
    high: Number | None
    real: Number | None


class Asked(BaseModel):
    """What was asked for."""

    market: str = ""
    params: str = ""
    earlier: list[str] = []
    whole: Whole = 0
    draws: list[str] = []


class Record(BaseModel):
    """What readers of backtest.json rely on."""

    version: str
    id: str
    market: str
    rules: str
    seed: Whole
    replications: Count
    fitted_on: list[str]
    metrics: dict[str, Metric]
    drugs: list[Drug]
    bids: Annotated[list[Bids], Field(min_length=2)]
    accuracy: dict[str, Any] | None = None
    asked: Asked = Asked()


def _drugs(market: Market, test: Backtest) -> list[dict[str, Any]]:
    """Lowest selected price of each drug over its ceiling: quantiles over predicted rounds, and the real one."""
    rows = []
    for d, drug in enumerate(market.drugs):
        mine = test.drug == d
        if not mine.any():
            continue
        lowest, real = _lowest(test.prices[:, mine]), _lowest(test.real_prices[None, mine])[0]
        known = lowest[np.isfinite(lowest)]
        low, mid, high = np.quantile(known, (LOW, 0.5, HIGH)) if len(known) else (np.nan,) * 3
        row = {
            "drug": drug.id,
            "name_zh": drug.name_zh,
            "firms": int(test.qualified[mine][0]),
            "failed": 1 - len(known) / len(lowest),
        }
        rows.append({**row, "low": float(low), "mid": float(mid), "high": float(high), "real": float(real)})
    return rows


def _lowest(prices: Floats) -> Floats:
    """The lowest of each row, nan where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmin(prices, axis=1))


def _bids(test: Backtest) -> list[dict[str, Any]]:
    """Share of generics' valid bids in each class below the ceiling, predicted and real."""
    generic = ~test.originator
    shares = [_shares(bids[generic]) for bids in test.bids]
    low, high = np.quantile(shares, (LOW, HIGH), axis=0)
    real = _shares(test.real_bids[generic])
    return [
        {"from": float(a), "to": float(b), "predicted": float(p), "low": float(x), "high": float(y), "real": float(r)}
        for a, b, p, x, y, r in zip(EDGES[:-1], EDGES[1:], np.mean(shares, axis=0), low, high, real, strict=True)
    ]


def _shares(bids: Floats) -> Floats:
    """Share of bids in each class of `EDGES`, all nan if there is no bid."""
    known = bids[np.isfinite(bids)]
    counts = np.histogram(np.clip(known - 1e-9, 0, 1), EDGES)[0]
    return np.asarray(counts / len(known)) if len(known) else np.full(len(EDGES) - 1, np.nan)
