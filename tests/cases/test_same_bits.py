"""The same scenario and seed give the same tables to the bit, whoever computes them, when and in which order.

The hashes of the plain case are golden: `pytest tests/cases/test_same_bits.py --renew-golden` writes them anew, and the
commit says why they moved.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import CLASSED, DEMAND, PRODUCTS, SHARED, Tables, national, round_of, same, small, write_scenario

from vbp_sim.agents.bidding import store
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.replications import replicate

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "plain-tables.json"
#: prints the hash of every table of a scenario
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_same_bits import hashes
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
print(json.dumps(hashes(simulate(load_scenario(sys.argv[2]), 0))))
"""


def hashes(tables: Tables) -> dict[str, str]:
    """SHA-256 of every table: its columns with their names, in their order."""
    found = {}
    for name, table in tables.items():
        seen = hashlib.sha256()
        for column, values in table.items():
            data = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
            seen.update(column.encode() + b"\0" + data + b"\0")
        found[name] = seen.hexdigest()
    return found


def digits(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Floating-point numbers with nine significant digits."""
    if values.dtype != np.float64:
        return values
    return np.array([float(f"{x:.9g}") for x in values.tolist()])


def year(**more: Any) -> dict[str, Any]:
    return {**SHARED, "term": {"table": {"1": 12, "2": 12, "3": 12}}, **more}


#: two alliances, one renewal of both, failures, exits, laws by date and place, classes of molecules
BUSY: dict[str, Any] = {
    "rounds": {
        "north": round_of(rules=year(members=["north"])),
        "south": round_of(rules=year(members=["south", "east"])),
        "all": round_of("2019-11-15", year(after_term="listing")),
    },
    "laws": {
        **national(payment={"prepayment_share": 0.4}),
        "later": {"from": "2019-07-01", "places": ["east"], "changes": {"payment": {"direct_settlement": True}}},
    },
    "behaviour": {
        "supply": {"rate_oral": 3.0, "rate_injection": 6.0, "stock_months": 0.3, "default_rate": 0.5},
        "classes": {"turning": 0.8, "price": 0.4},
    },
    "drugs": CLASSED,
}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return simulate(small(tmp_path_factory.mktemp("busy"), **BUSY), 0)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty store of what solvers found."""
    monkeypatch.setenv("VBP_CACHE", str(tmp_path / "cache"))
    store.forget()
    yield tmp_path
    store.forget()


def test_the_tables_of_the_plain_case_are_as_they_were(request: pytest.FixtureRequest) -> None:
    """To nine digits: another kind of processor may round an exponential function otherwise in the last one."""
    found = simulate(load_scenario(HERE / "plain.yaml"), 0)
    now = hashes({name: {c: digits(v) for c, v in table.items()} for name, table in found.items()})
    if request.config.getoption("--renew-golden"):
        GOLDEN.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    assert now == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_another_hash_seed_changes_no_bit(tmp_path: Path, busy: Tables, seed: str) -> None:
    file = write_scenario(tmp_path, **BUSY)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(HERE), str(file)],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(HERE.parent), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout) == hashes(busy)


def test_one_worker_and_two_give_the_same_tables(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=["replications=3"], **BUSY)
    for alone, together in zip(replicate(scenario, 1), replicate(scenario, 2), strict=True):
        same(alone.tables, together.tables)


def test_the_same_scenario_again_gives_the_same_tables(tmp_path: Path, busy: Tables) -> None:
    scenario = small(tmp_path, **BUSY)
    simulate(scenario, 1)
    same(simulate(scenario, 0), busy)


#: what tells the rows of a table apart
KEYS = ("month", "time", "kind", "round", "contract_year", "drug", "province", "level", "manufacturer", "flow", "claim",
        "owner", "by_brand", "main")  # fmt: skip


def in_order(table: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Rows by their keys instead of by the order in which drugs and rounds stand in the files."""
    keys = [table[key].astype(str) for key in KEYS if key in table]
    order = np.lexsort(keys[::-1])
    return {name: values[order] for name, values in table.items()}


def test_the_order_of_drugs_in_the_file_changes_no_bit(tmp_path: Path, busy: Tables) -> None:
    """Only sums over drugs are taken in the order of the file: they may differ in the last bits."""
    tables = simulate(small(tmp_path, **{**BUSY, "drugs": CLASSED[::-1]}), 0)
    for name in ("bids", "awards", "allocation", "reports", "use", "supply", "prices", "settlement"):
        same({name: in_order(tables[name])}, {name: in_order(busy[name])})
    for name, column in (("fund", "spend"), ("accounts", "yuan"), ("firms", "revenue")):
        a, b = (in_order(t[name])[column] for t in (tables, busy))
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-6)


def test_the_order_of_products_and_demand_in_their_files_changes_nothing(tmp_path: Path, busy: Tables) -> None:
    tables = simulate(small(tmp_path, products=PRODUCTS[::-1], demand=DEMAND[::-1], **BUSY), 0)
    for name in ("bids", "awards", "allocation", "reports", "use", "supply", "prices", "settlement", "accounts"):
        a, b = in_order(tables[name]), in_order(busy[name])
        for column in a:
            if a[column].dtype.kind == "f":
                np.testing.assert_allclose(a[column], b[column], rtol=1e-9, atol=1e-6, err_msg=f"{name}.{column}")
            else:
                np.testing.assert_array_equal(a[column], b[column], err_msg=f"{name}.{column}")


def test_the_order_of_rounds_in_the_file_changes_no_bit(tmp_path: Path, busy: Tables) -> None:
    rounds = dict(reversed(BUSY["rounds"].items()))
    tables = simulate(small(tmp_path, **{**BUSY, "rounds": rounds}), 0)
    for name in ("use", "fund", "firms"):
        same({name: tables[name]}, {name: busy[name]})
    for name in ("bids", "awards", "allocation", "reports", "supply", "prices", "settlement", "accounts", "claims"):
        same({name: in_order(tables[name])}, {name: in_order(busy[name])})


def test_a_variant_that_does_nothing_changes_no_bit(tmp_path: Path, busy: Tables) -> None:
    nothing = {"nothing": {"changes": {"demand": {"monthly_cv": 0.25}, "behaviour": {"classes": {"turning": 0.8}}}}}
    same(simulate(small(tmp_path, variant="nothing", variants=nothing, **BUSY), 0), busy)


def test_a_law_that_says_what_holds_already_changes_no_bit(tmp_path: Path, busy: Tables) -> None:
    laws = {**BUSY["laws"], "again": {"from": "2019-10-01", "changes": {"payment": {"prepayment_share": 0.4}}}}
    same(simulate(small(tmp_path, **{**BUSY, "laws": laws}), 0), busy)


@pytest.mark.parametrize("model", ["best-response", "equilibrium"])
def test_a_cold_and_a_warm_store_give_the_same_tables(empty: Path, model: str) -> None:
    scenario = small(empty, **{**BUSY, "behaviour": {**BUSY["behaviour"], "bidding": {"model": model}}})
    cold = simulate(scenario, 0)
    kept = sorted((empty / "cache").rglob("*"))
    warm = simulate(scenario, 0)
    store.forget()  # what is in memory; files stay
    from_disk = simulate(scenario, 0)
    assert kept
    same(cold, warm)
    same(cold, from_disk)
