"""Draws are addressed, so runs repeat bit for bit, and a change reaches nothing that it does not touch."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import (
    DEMAND,
    DRUGS,
    PRODUCTS,
    PROVINCES,
    SHARED,
    Tables,
    national,
    round_of,
    rows,
    same,
    small,
    write_scenario,
)

from vbp_sim.engine.simulation import simulate

HASHES = """
import hashlib, sys
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
tables = simulate(load_scenario(sys.argv[1]), 3)
for name, table in tables.items():
    for column, values in table.items():
        data = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
        print(name, column, hashlib.sha256(data).hexdigest())
"""
#: prices do not move use, so that the need of two variants is the same
STIFF = ["demand.elasticity=0"]
LUCKY: dict[str, Any] = {"behaviour": {"supply": FRAGILE}}


def hashes(tables: Tables) -> str:
    lines = []
    for name, table in tables.items():
        for column, values in table.items():
            data = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
            lines.append(f"{name} {column} {hashlib.sha256(data).hexdigest()}\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return simulate(small(tmp_path_factory.mktemp("base"), **LUCKY), 3)


def without(rows_: list[dict[str, Any]], **where: Any) -> list[dict[str, Any]]:
    return [r for r in rows_ if not all(r[k] == v for k, v in where.items())]


def draws_of(tables: Tables, **where: Any) -> dict[str, Any]:
    """What luck alone decides about the given rows: need, past use, reports, costs, prices, bids and failures."""
    events = rows(tables["events"], kind="disruption")
    return {
        "use": {
            k: v for k, v in rows(tables["use"], **where).items() if k in ("month", "drug", "province", "level", "need")
        },
        "reports": {k: v for k, v in rows(tables["reports"], **where).items() if k not in ("agreed",)},
        "bids": {
            k: v
            for k, v in rows(tables["bids"], **{c: v for c, v in where.items() if c != "province"}).items()
            if k in ("drug", "manufacturer", "bid", "cost", "pre_price")
        },
        "events": rows(events, **{c: v for c, v in where.items() if c == "drug"}),
    }


def in_order(table: dict[str, Any]) -> dict[str, Any]:
    keys = [table[k].astype(str) for k in ("month", "time", "drug", "manufacturer", "province", "level") if k in table]
    order = np.lexsort(keys[::-1]) if keys else slice(None)
    return {name: values[order] for name, values in table.items()}


def same_draws(a: Tables, b: Tables, **where: Any) -> None:
    first, second = draws_of(a, **where), draws_of(b, **where)
    same({n: in_order(t) for n, t in first.items()}, {n: in_order(t) for n, t in second.items()})


def test_two_processes_with_different_hash_seeds_give_the_same_tables(tmp_path: Path, base: Tables) -> None:
    file = write_scenario(tmp_path, **LUCKY)
    seen = [
        subprocess.run(
            [sys.executable, "-c", HASHES, str(file)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    ]
    assert seen[0] == seen[1] == hashes(base)


def test_a_scenario_serves_many_runs_in_any_order(tmp_path: Path, base: Tables) -> None:
    scenario = small(tmp_path, **LUCKY)
    simulate(scenario, 7)
    same(simulate(scenario, 3), base)


def test_replications_and_seeds_differ(tmp_path: Path, base: Tables) -> None:
    other = simulate(small(tmp_path, **LUCKY), 4)
    seeded = simulate(small(tmp_path, sets=["seed=2"], **LUCKY), 3)
    for tables in (other, seeded):
        assert not np.array_equal(tables["use"]["need"], base["use"]["need"])
        assert not np.array_equal(tables["bids"]["cost"], base["bids"]["cost"])


def test_a_policy_that_does_nothing_changes_no_number(tmp_path: Path, base: Tables) -> None:
    nothing = {
        **SHARED,
        "share": {"table": {"4": 0.8}},
        "entry": {"below_cost_statement": True},
    }
    laws = national(retention={"tiers": {"60": 0.3, "70": 0.4, "80": 0.5, "90": 0.5}})
    same(simulate(small(tmp_path, rounds={"first": round_of(rules=nothing)}, laws=laws, **LUCKY), 3), base)


def test_setting_a_value_to_what_it_is_changes_no_number(tmp_path: Path, base: Tables) -> None:
    sets = ["demand.monthly_cv=0.25", "behaviour.choice.pressure=6.0", "rounds.first.rules.share.table.1=0.5"]
    same(simulate(small(tmp_path, sets=sets, **LUCKY), 3), base)


def test_retention_moves_choices_and_money_but_not_luck(tmp_path: Path) -> None:
    laws = national(retention={"rule": "linear", "most": 0.1})
    base = simulate(small(tmp_path / "base", sets=STIFF, **LUCKY), 3)
    tables = simulate(small(tmp_path, laws=laws, sets=STIFF, **LUCKY), 3)
    same(tables, base, ["bids", "awards", "reports", "allocation", "prices"])
    np.testing.assert_array_equal(tables["use"]["need"], base["use"]["need"])
    same({"e": rows(tables["events"], kind="disruption")}, {"e": rows(base["events"], kind="disruption")})
    assert tables["use"]["selected"].sum() < base["use"]["selected"].sum()


def test_variants_share_the_luck_of_a_replication(tmp_path: Path) -> None:
    variants = {
        "one": {"changes": {"rounds": {"first": {"rules": {"shortlist": {"rule": "table", "places_by_firms": [1]}}}}}}
    }
    a = small(tmp_path, variants=variants, sets=STIFF, **LUCKY)
    b = small(tmp_path, variant="one", variants=variants, sets=STIFF, **LUCKY)
    for k in (0, 5):
        first, second = simulate(a, k), simulate(b, k)
        same({"u": {"need": first["use"]["need"]}}, {"u": {"need": second["use"]["need"]}})
        for column in ("cost", "pre_price"):
            np.testing.assert_array_equal(first["bids"][column], second["bids"][column])
        assert second["awards"]["selected"].max() == 1 < first["awards"]["selected"].max()


def test_the_ceiling_of_a_drug_is_its_own_affair(tmp_path: Path, base: Tables) -> None:
    drugs = [{**d, "ceiling": 1.0} if d["drug"] == "alpha" else d for d in DRUGS]
    tables = simulate(small(tmp_path, drugs=drugs, **LUCKY), 3)
    for drug in ("beta", "gamma"):
        for name in tables:
            if "drug" in tables[name] and name != "events":
                same({name: rows(tables[name], drug=drug)}, {name: rows(base[name], drug=drug)})
        same_draws(tables, base, drug=drug)
    before = base["use"]["month"] < base["use"]["month"][base["use"]["agreed"] > 0].min()  # later need answers to price
    np.testing.assert_array_equal(tables["use"]["need"][before], base["use"]["need"][before])
    assert not np.array_equal(rows(tables["bids"], drug="alpha")["bid"], rows(base["bids"], drug="alpha")["bid"])


def test_a_new_drug_leaves_the_others_as_they_were(tmp_path: Path, base: Tables) -> None:
    new = {
        "drugs": [{"drug": "aaa", "form": "injection", "unit": "vial", "ceiling": 7.0}, *DRUGS],
        "products": [{"drug": "aaa", "manufacturer": "a1", "originator": 0}, *PRODUCTS],
        "demand": [{"drug": "aaa", "province": "south", "reported": 5e5}, *DEMAND],
    }
    tables = simulate(small(tmp_path, **new, **LUCKY), 3)
    for drug in ("alpha", "beta", "gamma"):
        same_draws(tables, base, drug=drug)
        same({"s": rows(tables["supply"], drug=drug)}, {"s": rows(base["supply"], drug=drug)})


def test_a_new_province_leaves_the_draws_of_the_others_as_they_were(tmp_path: Path) -> None:
    base = simulate(small(tmp_path / "base", sets=STIFF, **LUCKY), 3)
    new = {
        "provinces": [
            {"province": "capital", "population": 9e6, "tertiary": 5, "secondary": 5, "primary": 5},
            *PROVINCES,
        ],
        "demand": [{"drug": "alpha", "province": "capital", "reported": 5e5}, *DEMAND],
    }
    tables = simulate(small(tmp_path, sets=STIFF, **new, **LUCKY), 3)
    for province in ("north", "south", "east"):
        same_draws(tables, base, province=province)


def test_the_order_of_rows_does_not_matter(tmp_path: Path, base: Tables) -> None:
    turned = {"provinces": PROVINCES[::-1], "drugs": DRUGS[::-1], "products": PRODUCTS[::-1], "demand": DEMAND[::-1]}
    tables = simulate(small(tmp_path, **turned, **LUCKY), 3)
    same_draws(tables, base)
    for name in ("awards", "allocation", "settlement", "use", "supply", "fund"):
        numbers = [c for c in tables[name] if tables[name][c].dtype.kind == "f"]
        texts = [c for c in tables[name] if tables[name][c].dtype.kind in "OM" and c != "reason"]
        for table in (tables, base):
            assert len(table[name]) == len(base[name])
        ordered = [
            {c: t[name][c][np.lexsort([t[name][k].astype(str) for k in texts])] for c in (*texts, *numbers)}
            for t in (tables, base)
        ]
        for c in texts:
            np.testing.assert_array_equal(ordered[0][c], ordered[1][c])
        for c in numbers:
            np.testing.assert_allclose(ordered[0][c], ordered[1][c], rtol=1e-9, atol=1e-6, err_msg=f"{name}.{c}")


def test_an_earlier_first_day_only_adds_months(tmp_path: Path, base: Tables) -> None:
    tables = simulate(small(tmp_path, start="2018-02-01", **LUCKY), 3)
    late = tables["use"]["month"] >= base["use"]["month"].min()
    for column in (
        "need",
        "selected",
        "unmet",
        "agreed",
    ):  # times are counted from another day, so only nearly the same
        np.testing.assert_allclose(tables["use"][column][late], base["use"][column], rtol=1e-12)


def test_a_second_round_leaves_the_first_as_it_was(tmp_path: Path) -> None:
    rounds = {"first": round_of(rules=term(12)), "second": round_of("2020-06-01", term(12), drugs=["beta"])}
    one = simulate(small(tmp_path, rounds={"first": rounds["first"]}, **LUCKY), 3)
    two = simulate(small(tmp_path, rounds=rounds, **LUCKY), 3)
    for name in ("bids", "awards", "allocation", "reports", "prices", "settlement"):
        same({name: rows(two[name], round="first")}, {name: one[name]})
    n = len(one["fund"]["month"])
    assert two["fund"]["month"][n] == np.datetime64("2020-04", "M")  # before the second start
    for column in ("spend", "fund_paid", "prepaid", "delay_days"):
        np.testing.assert_array_equal(two["fund"][column][:n], one["fund"][column])


def test_a_later_law_of_payments_does_not_reach_back(tmp_path: Path) -> None:
    """Advances and delays follow the law of their month."""
    later = {"payment": {"prepayment_share": 0.9, "settlement_days": 5}}
    rounds = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}
    a = simulate(small(tmp_path, rounds=rounds), 0)
    b = simulate(small(tmp_path, rounds=rounds, laws={"later": {"from": "2020-01-01", "changes": later}}), 0)
    before = a["fund"]["month"] < np.datetime64("2020-01", "M")
    for column in ("fund_paid", "prepaid", "delay_days"):
        np.testing.assert_array_equal(a["fund"][column][before], b["fund"][column][before])
    assert b["fund"]["prepaid"][~before].sum() == pytest.approx(3 * a["fund"]["prepaid"][~before].sum())
    assert np.nanmean(b["fund"]["delay_days"][~before]) < np.nanmean(a["fund"]["delay_days"][~before])
