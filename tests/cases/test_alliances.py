"""Two alliances of one market: what the second does to the first, where they share nothing but the firms."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import Tables, same, total

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario

HERE = Path(__file__).parent
Table = Mapping[str, np.ndarray[Any, Any]]
FIRST, SECOND = ("beijing", "henan"), ("shanghai", "zhejiang")
#: nobody fails, and everybody can make what is asked
AMPLE = (
    "behaviour.supply={rate_oral: 0.0, rate_injection: 0.0, default_rate: 0.0, exit_rate: 0.0,"
    " committed_capacity: 10.0, stock_months: 6.0}",
)


@functools.cache
def ran(name: str, *sets: str) -> Tables:
    return simulate(load_scenario(HERE / f"{name}.yaml", "", sets), 0)


def of(table: Table, until: Any, **among: tuple[str, ...]) -> dict[str, Any]:
    """Rows of a table up to a month, in which columns have one of some values."""
    keep = np.ones(len(table["replication"]), dtype=np.bool_)
    for column, values in among.items():
        keep &= np.isin(table[column].astype(str), values)
    if "month" in table:
        keep &= table["month"] <= until
    if "date" in table:
        keep &= table["date"].astype("datetime64[M]") <= until
    return {name: values[keep] for name, values in table.items()}


def alone_and_beside(name: str, tables: tuple[str, ...], *sets: str, **among: tuple[str, ...]) -> tuple[Any, Any]:
    """Rows of tables of the first alliance alone, and beside the second."""
    alone, beside = ran("one", *sets), ran(name, *sets)
    last = alone["use"]["month"].max()
    return tuple({t: of(run[t], last, **among) for t in tables} for run in (alone, beside))  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["two", "two2"])
def test_reports_bids_prices_and_allocation_of_the_first_do_not_move_by_a_bit(name: str) -> None:
    same(*alone_and_beside(name, ("reports", "bids", "prices", "awards", "allocation"), round=("a",)))


@pytest.mark.parametrize("name", ["two", "two2"])
def test_need_and_agreed_volume_of_the_others_do_not_move_by_a_bit(name: str) -> None:
    a, b = alone_and_beside(name, ("use",), province=(*FIRST, "guangdong", "gansu"))
    for column in ("month", "drug", "province", "level", "need", "agreed"):
        np.testing.assert_array_equal(a["use"][column], b["use"][column])


@pytest.mark.parametrize("name", ["two", "two2"])
def test_use_and_money_of_the_others_do_not_move_by_a_bit_where_supply_never_fails(name: str) -> None:
    tables = ("use", "settlement", "fund", "accounts", "claims", "events")
    same(*alone_and_beside(name, tables, *AMPLE, province=(*FIRST, "guangdong", "gansu")))


@pytest.mark.parametrize("name", ["two", "two2"])
def test_orders_of_the_first_go_to_its_own_suppliers_where_supply_never_fails(name: str) -> None:
    """Capacity and stock are the whole plant's, which serves both."""
    a, b = alone_and_beside(name, ("supply",), *AMPLE, round=("a",))
    for column in ("month", "drug", "manufacturer", "down", "ordered", "delivered", "backup_delivered", "short"):
        np.testing.assert_array_equal(a["supply"][column], b["supply"][column])


@pytest.mark.parametrize("name", ["two", "two2"])
def test_the_share_of_selected_products_stays_when_the_second_begins(name: str) -> None:
    """It fell from .76 to .02 in the first edition."""
    use = ran(name)["use"]
    late = (use["month"] >= np.datetime64("2021-03")) & (use["month"] < np.datetime64("2021-11"))
    mine = late & np.isin(use["province"], FIRST)
    assert use["selected"][mine].sum() / use["need"][mine].sum() > 0.5


@pytest.mark.parametrize("name", ["two", "two2"])
def test_every_alliance_has_its_own_agreements_of_the_drugs_that_it_awarded(name: str) -> None:
    places = ran(name)["allocation"]
    for round_id, members in (("a", FIRST), ("b", SECOND)):
        assert set(places["province"][places["round"] == round_id]) == set(members)


@pytest.mark.parametrize("name", ["two", "two2"])
def test_goods_of_a_place_belong_to_the_round_of_its_own_agreement(name: str) -> None:
    accounts = ran(name)["accounts"]
    seen = {*zip(accounts["round"].tolist(), accounts["province"].tolist(), strict=True)}
    assert {place for r, place in seen if r == "a"} == set(FIRST)
    assert {place for r, place in seen if r == "b"} == set(SECOND)
    assert {("", "guangdong"), ("", "gansu")} <= seen


def test_what_nobody_tendered_is_bought_as_before() -> None:
    use = ran("two2")["use"]
    outside = np.isin(use["province"], ("guangdong", "gansu"))
    assert not use["selected"][outside].any()
    assert not use["agreed"][outside].any()


def test_beginning_on_one_day_or_apart_changes_nothing_in_the_first() -> None:
    last = ran("one")["use"]["month"].max()
    one, apart = (of(ran(name, *AMPLE)["use"], last, province=FIRST) for name in ("two", "two2"))
    same({"use": one}, {"use": apart})


def test_the_order_of_rounds_changes_nothing(tmp_path: Path) -> None:
    """The second alliance first in the file, on the same day; tables are in the order of rounds, sums are not."""
    text = (HERE / "two.yaml").read_text(encoding="utf-8")
    base = (HERE / "one.yaml").read_text(encoding="utf-8")
    (tmp_path / "markets").symlink_to(HERE / "markets")
    own = base[base.index("  a:") :]
    other = text[text.index("  b:") :]
    (tmp_path / "turned.yaml").write_text(base[: base.index("  a:")] + other + own, encoding="utf-8")
    turned, usual = simulate(load_scenario(tmp_path / "turned.yaml"), 0), ran("two")
    same(turned, usual, ("use", "fund", "firms"))
    for table in ("bids", "reports", "prices", "awards", "allocation"):
        for name in ("a", "b"):
            last = usual["use"]["month"].max()
            same({table: of(turned[table], last, round=(name,))}, {table: of(usual[table], last, round=(name,))})
    by = ("month", "round", "province", "level", "flow")
    assert total(turned["accounts"], by, "yuan") == total(usual["accounts"], by, "yuan")
