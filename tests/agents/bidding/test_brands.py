"""Originators decide as companies: compete, quote over the ceiling, say nothing, hand the brand over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bidding_making import opening

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.interface import Floats, Opening
from vbp_sim.streams import Streams

#: a brand that would always bid validly if it competed
WILLING = {"walk_away": 0.01, "originator_exposure": 0.0, "aloof": 0.0, "maverick": 0.0, "draws": 40}


def drug(name: str, owner: str = "company", round_: str = "r") -> Opening:
    """Three generics and one brand, whose owner may have others."""
    asked = opening([0.2, 0.25, 0.3], originators=1)
    return replace(asked, drug=name, round=round_, owner=("", "", "", owner))


def bids(model: BestResponse, asked: Opening, seed: int = 1) -> Floats:
    return model.bids(asked, Streams(seed, 0))


def out(model: BestResponse, asked: Opening, seed: int = 1) -> bool:
    """Whether the brand stays out."""
    own = bids(model, asked, seed)[-1]
    return bool(np.isnan(own) or own > asked.ceiling)


@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_originators_stay_out_as_often_as_is_said(chance: float) -> None:
    model = BestResponse(stays_out=chance, **WILLING)
    share = np.mean([out(model, drug(f"d{i}", f"o{i}")) for i in range(200)])
    assert share == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 200))


def test_the_drugs_of_a_company_stay_out_together_within_a_round() -> None:
    """With company 1 all of them do or none; in another round it decides anew; with 0 each drug for itself."""
    one, apart = (BestResponse(stays_out=0.5, company=c, **WILLING) for c in (1.0, 0.0))
    rounds = [[out(one, drug(f"d{i}", round_=r)) for i in range(6)] for r in "abcdefghij"]
    assert all(len(set(decided)) == 1 for decided in rounds)
    assert len({decided[0] for decided in rounds}) == 2
    assert {out(apart, drug(f"d{i}")) for i in range(12)} == {True, False}


def test_who_stays_out_quotes_its_old_price_or_nothing() -> None:
    quoted, silent = (BestResponse(stays_out=1.0, silent=s, **WILLING) for s in (0.0, 1.0))
    asked = drug("d")
    assert asked.ceiling < bids(quoted, asked)[-1] <= asked.pre_price[-1]
    assert np.isnan(bids(silent, asked)[-1])
    np.testing.assert_array_equal(bids(silent, asked)[:-1], bids(quoted, asked)[:-1])


def test_a_brand_that_is_handed_over_bids_like_a_generic() -> None:
    model = BestResponse(stays_out=1.0, handed_over=1.0, **WILLING)
    for seed in range(5):
        asked = drug("d")
        plain = replace(asked, originator=np.zeros(4, dtype=np.bool_))
        np.testing.assert_array_equal(bids(model, asked, seed), bids(model, plain, seed))


def test_a_brand_that_stays_out_leaves_the_others_bids_as_they_were() -> None:
    free, shut = (BestResponse(stays_out=s, **WILLING) for s in (0.0, 1.0))
    np.testing.assert_array_equal(bids(free, drug("d"))[:-1], bids(shut, drug("d"))[:-1])


def test_an_offer_is_taken_for_its_margin_and_against_what_going_without_keeps() -> None:
    asked = opening([0.2, 0.2], pre_share=np.array([0.0, 0.6]))
    offers = np.full(2, 0.22 * asked.ceiling)
    patient = BestResponse(generic_kept=0.9, generic_exposure=0.0)
    assert patient.accepts(asked, offers, Streams(1, 0)).tolist() == [True, False]
    eager = BestResponse(generic_kept=0.0, generic_exposure=0.0)
    assert eager.accepts(asked, offers, Streams(1, 0)).tolist() == [True, True]
    careful = BestResponse(generic_kept=0.0, generic_exposure=0.0, offer_margin=0.1)
    assert not careful.accepts(asked, offers, Streams(1, 0)).any()
    assert careful.accepts(asked, np.full(2, 0.23 * asked.ceiling), Streams(1, 0)).all()
    assert not eager.accepts(asked, np.zeros(2), Streams(1, 0)).any()
