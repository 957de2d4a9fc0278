"""The expansion's selection, share and draft."""

import datetime
from fractions import Fraction

import numpy as np
from answers import refuse
from rules_making import tender

from vbp_sim.report.words.sentences import said
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.tender import award_all

EXPANSION = rule_set("expansion-2019")


def test_three_lowest_valid_bids_win_at_their_own_prices() -> None:
    (award,) = award_all([tender([0.9, 1.01, 0.5, 0.7, 0.8], 1)], EXPANSION, refuse)
    assert award.selected.tolist() == [False, False, True, True, True]
    assert award.price.tolist() == [0, 0, 500_000, 700_000, 800_000]
    assert award.order == (2, 3, 4)
    assert said(award.reasons[1]) == "no valid bid: 1.01 is above the ceiling 1"
    assert said(award.reasons[0]).startswith("rank 4 of 4, K = 3, 0.9 is 1.80 x the lowest 0.5 and 10% under")


def test_a_bid_at_the_ceiling_is_valid() -> None:
    (award,) = award_all([tender([1], 1)], EXPANSION, refuse)
    assert award.selected.all()


def test_tie_at_the_last_place_goes_to_the_larger_priority() -> None:
    bids, priority = [0.5, 0.6, 0.7, 0.7], [0, 0, 1, 2]
    (award,) = award_all([tender(bids, 1, priority=priority)], EXPANSION, refuse)
    assert award.selected.tolist() == [True, True, False, True]


def test_shares_and_terms() -> None:
    start = datetime.date(2020, 1, 1)
    assert [EXPANSION.share.share(w, "") for w in (0, 1, 2, 3, 4)] == [
        0,
        Fraction(1, 2),
        Fraction(3, 5),
        Fraction(7, 10),
        Fraction(7, 10),
    ]
    assert [EXPANSION.term.months(w, "", start) for w in (1, 2, 3)] == [12, 12, 24]


def test_draft_of_25_provinces_gives_9_8_8() -> None:
    """The real expansion: 9, 8 and 8 regions for three winners, 13 and 12 for two."""
    weights = np.linspace(1, 2, 25)
    assert np.bincount(EXPANSION.allocation.draft(weights, 3)).tolist() == [9, 8, 8]
    assert np.bincount(EXPANSION.allocation.draft(weights, 2)).tolist() == [13, 12]
    assert EXPANSION.allocation.draft(weights, 3)[[24, 23, 22, 21]].tolist() == [0, 0, 1, 2]
