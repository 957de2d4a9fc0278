"""Rings of bidders in a run: found or not, they pay back what they charged too much, lose the win, and are barred."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import round_of, rows, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.facts import fact


def ran(
    folder: Path, weighs: float = 0.0, model: str = "collusion-ring", barred: float = 18.0, members: float = 1.0,
    **law: Any,
) -> Any:  # fmt: skip
    collusion = {"rule": "sanctions", "found": 1.0, "lag_months": 18.0, **law}
    rounds = {
        name: round_of(start, rules={"extends": "expansion-2019", "collusion": collusion})
        for name, start in (("first", "2019-01-01"), ("second", "2021-01-01"))
    }
    bidding = {"model": model, **({"members": members, "weighs": weighs} if model == "collusion-ring" else {})}
    laws = {
        "national": {
            "changes": {"credit": {"listed": {"collusion": barred}, "suspended": {"especially-serious": barred}}}
        }
    }
    behaviour = {"bidding": bidding, "firms": {"extra_bidders": 3.0}}
    return simulate(small(folder, rounds=rounds, laws=laws, behaviour=behaviour), 0)


def test_a_ring_that_is_found_pays_back_by_its_factor_and_bids_no_more(tmp_path: Path) -> None:
    found, harsh, never = (
        ran(tmp_path / "a"), ran(tmp_path / "b", recovery=2.0), ran(tmp_path / "c", found=0.0),
    )  # fmt: skip
    formed, told = rows(found["events"], kind="ring", round="first"), rows(found["events"], kind="collusion")
    assert len(formed["drug"]) == len(told["drug"]) > 0
    paid, twice = (posted(t, "recovered", "first") for t in (found, harsh))
    assert paid == pytest.approx(float(told["value"][told["round"] == "first"].sum()))
    assert twice == pytest.approx(2 * paid)
    assert paid > 0
    assert posted(never, "recovered", "first") == 0
    assert rows(never["events"], kind="ring", round="first")["drug"].tolist() == formed["drug"].tolist()
    bidders = {name: len(rows(t["bids"], round="second")["bid"]) for name, t in (("found", found), ("never", never))}
    assert bidders["found"] < bidders["never"]
    cash = {name: t["firms"]["cash"].sum() for name, t in (("found", found), ("harsh", harsh))}
    assert cash["harsh"] < cash["found"]


def test_no_event_names_a_firm_of_a_ring(tmp_path: Path) -> None:
    found = ran(tmp_path)
    events, sanctions = found["events"], rows(found["sanctions"], event="collusion")
    mine = np.isin(events["kind"], ("ring", "collusion", "term-end"))
    assert mine.any()
    assert len(sanctions["owner"])
    assert not any(events["manufacturer"][mine])
    assert not any(sanctions["owner"])
    assert not any(sanctions["manufacturer"])


@pytest.mark.parametrize(("members", "left"), [(0.5, True), (1.0, False)])
def test_a_ring_loses_the_win_to_others_and_where_none_is_left_the_agreement_ends(
    tmp_path: Path, members: float, left: bool
) -> None:
    lost, kept = (ran(tmp_path / str(way), members=members, win_lost=way) for way in (True, False))
    told, seen = rows(lost["events"], kind="collusion", round="first"), 0
    for drug, when in zip(told["drug"], told["date"], strict=True):
        first = (when + np.timedelta64(31, "D")).astype("datetime64[M]")
        heirs = rows(lost["events"], kind="replacement", round="first", drug=drug)
        assert not any(heirs["manufacturer"])
        before, same, after, otherwise = (
            delivered(t, drug, first, later) for later in (False, True) for t in (lost, kept)
        )
        assert before == same
        if otherwise and before != after and bool(len(heirs["date"])) == left:
            seen += 1
            assert bool(after) == left
            assert {*before} - {*after}
            assert not {*before} - {*otherwise}
    assert seen > 0
    ended = rows(lost["events"], kind="term-end", round="first")["text"]
    assert (fact("voided") in ended) != left


def delivered(tables: Any, drug: str, first: Any, after: bool) -> dict[str, float]:
    """By manufacturer what was delivered under agreements in the year from a month on, or until it."""
    supply = rows(tables["supply"], drug=drug)
    year = (supply["month"] >= first) & (supply["month"] < first + 6) if after else supply["month"] < first
    sums: dict[str, float] = {}
    for firm, units in zip(supply["manufacturer"][year], supply["delivered"][year], strict=True):
        if units > 0:
            sums[firm] = sums.get(firm, 0.0) + units
    return sums


def test_without_a_ban_everybody_bids_again(tmp_path: Path) -> None:
    free, never = ran(tmp_path / "a", barred=0.0), ran(tmp_path / "b", found=0.0)
    assert free["bids"]["manufacturer"].tolist() == never["bids"]["manufacturer"].tolist()


def test_where_nobody_colludes_the_sanctions_move_no_number(tmp_path: Path) -> None:
    a, b = (ran(tmp_path / str(x), model="best-response", found=x, barred=600.0) for x in (0.0, 1.0))
    for name in a:
        for column in a[name]:
            np.testing.assert_array_equal(a[name][column], b[name][column])


def posted(tables: Any, flow: str, round_: str) -> float:
    accounts = tables["accounts"]
    return float(accounts["yuan"][(accounts["flow"] == flow) & (accounts["round"] == round_)].sum())
