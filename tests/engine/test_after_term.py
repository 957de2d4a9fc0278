"""What holds after a term: `after_term` says it where no agreement follows, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cases import term
from small import Tables, round_of, same, small

from vbp_sim.engine.simulation import simulate


def followed(folder: Path, after_term: str, second: str) -> Tables:
    first: Any = term(12, after_term=after_term)
    return simulate(small(folder, rounds={"first": round_of(rules=first), "second": round_of(second, term(12))}), 0)


def test_an_agreement_that_begins_on_the_day_of_the_end_is_a_successor(tmp_path: Path) -> None:
    """Habits and prices go on; listing prices would come back only where nobody follows."""
    same(followed(tmp_path / "a", "listing", "2020-01-01"), followed(tmp_path / "b", "price-holds", "2020-01-01"))


def test_listing_prices_come_back_where_nobody_follows(tmp_path: Path) -> None:
    tables = followed(tmp_path, "listing", "2020-06-01")
    between = (tables["use"]["month"] >= np.datetime64("2020-01")) & (tables["use"]["month"] < np.datetime64("2020-06"))
    assert not tables["use"]["selected"][between].any()
    months = np.unique(tables["use"]["month"][between])
    fund = np.isin(tables["fund"]["month"], months)
    np.testing.assert_allclose(tables["fund"]["spend"][fund], tables["fund"]["baseline"][fund], rtol=1e-12)


def test_prices_hold_where_nobody_follows(tmp_path: Path) -> None:
    tables = followed(tmp_path, "price-holds", "2020-06-01")
    between = (tables["use"]["month"] >= np.datetime64("2020-01")) & (tables["use"]["month"] < np.datetime64("2020-06"))
    assert tables["use"]["selected"][between].sum() > 0
    assert not tables["use"]["agreed"][between].any()
