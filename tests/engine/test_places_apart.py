"""An agreement reaches its members: others' draws, tenders and tables stay as they are, to the bit where nothing ties
them together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cases import FRAGILE, term
from small import DEMAND, DRUGS, PROVINCES, Tables, round_of, rows, small

from vbp_sim.engine.simulation import simulate

#: plants fail, and nobody is barred
LASTING: dict[str, Any] = {**FRAGILE, "default_rate": 0.0, "exit_rate": 0.0}
OTHERS = ("south", "east")
EAST = round_of("2019-04-01", term(24, members=list(OTHERS)))


def run(folder: Path, rounds: dict[str, Any], **more: Any) -> Tables:
    return simulate(small(folder, rounds=rounds, behaviour={"supply": LASTING}, **more), 1)


def equal(a: Tables, b: Tables, table: str, columns: tuple[str, ...] = (), **where: Any) -> None:
    one, two = rows(a[table], **where), rows(b[table], **where)
    assert len(one["replication"]) > 0
    for column in columns or tuple(one):
        np.testing.assert_array_equal(one[column], two[column], err_msg=f"{table}.{column} {where}")


def test_an_alliance_leaves_the_tenders_and_the_luck_of_other_places_alone(tmp_path: Path) -> None:
    """The same drugs and firms in both: what is delivered may differ through the plants, nothing else."""
    alone = run(tmp_path, {"second": EAST})
    beside = run(tmp_path, {"first": round_of(rules=term(24, members=["north"])), "second": EAST})
    for table in ("bids", "awards", "allocation", "reports", "prices"):
        equal(alone, beside, table, round="second")
    for place in OTHERS:
        equal(alone, beside, "use", ("need", "agreed"), province=place)
    assert (beside["supply"]["round"] == "first").any()


def test_without_a_common_plant_every_table_of_other_places_is_the_same(tmp_path: Path) -> None:
    """The alliance buys alpha, the others buy the rest."""
    rest = {**EAST, "drugs": [drug["drug"] for drug in DRUGS[1:]]}
    alliance = round_of(rules=term(24, members=["north"]), drugs=["alpha"])
    alone, beside = run(tmp_path, {"second": rest}), run(tmp_path, {"first": alliance, "second": rest})
    for table in ("bids", "awards", "allocation", "reports", "prices", "supply", "settlement"):
        equal(alone, beside, table, round="second")
    for place in OTHERS:
        for table in ("use", "fund", "accounts", "claims"):
            equal(alone, beside, table, province=place)


def test_a_place_more_draws_nothing_of_the_others(tmp_path: Path) -> None:
    rules = {"second": EAST}
    all_ = run(tmp_path, rules)
    fewer = run(
        tmp_path, rules, provinces=[p for p in PROVINCES if p["province"] != "north"],
        demand=[d for d in DEMAND if d["province"] != "north"],
    )  # fmt: skip
    for place in OTHERS:
        equal(all_, fewer, "reports", ("institutions", "past_use", "reported"), province=place)
        equal(all_, fewer, "use", ("need", "agreed"), province=place)
