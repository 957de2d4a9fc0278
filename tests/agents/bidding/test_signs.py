"""What theory says of one rule or one firm changed, the rules' kernel and the models together (T6 to T16)."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from answers import accept
from bidding_making import ASSUMED, OUTSIDE, assumed, book_of, case, opening, outcomes, rules
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.collusion_ring import CollusionRing
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.ewa import Ewa
from vbp_sim.agents.bidding.interface import Bidding
from vbp_sim.agents.bidding.learned_beliefs import LearnedBeliefs
from vbp_sim.agents.bidding.payoffs import payoffs
from vbp_sim.agents.bidding.rules_of_thumb import RulesOfThumb
from vbp_sim.rules.contest import Tender
from vbp_sim.rules.money import YUAN, micro_array
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import award_all
from vbp_sim.rules.threshold import Threshold
from vbp_sim.streams import Streams
from vbp_sim.truth.backtest import Prediction, backtest
from vbp_sim.truth.replay import read_market_of

#: sharper than the fitted beliefs, so that a rule shows
SHARP = {**ASSUMED, "aloof": 0.0, "maverick": 0.0}


class Seen:
    """Rounds of one drug: how often each firm won, the mean of winners' mean cuts, the mean number of winners."""

    def __init__(self, law: RuleSet, model: BestResponse, generics: int, rounds: int, **more: Any) -> None:
        made = opening(list(np.linspace(0.14, 0.3, generics)), law, originators=1)
        made = replace(made, **more)
        bids = np.stack([model.bids(made, Streams(1, r)) for r in range(rounds)]) / made.ceiling
        won = outcomes(law, book_of(bids, generics + 1)).won
        self.wins, self.winners = won.mean(axis=0), float(won.sum(axis=1).mean())
        self.cut = float((np.where(won, 1 - bids, 0).sum(axis=1) / won.sum(axis=1)).mean())
        self.bid = float(bids[:, :generics].mean())


def anchored(share: float | None, **selection: Any) -> RuleSet:
    """Batch 10, or with the anchor of batch 11."""
    anchor = {"rule": "lowest"} if share is None else {"rule": "mean-share", "share": share}
    return rules("batch-10", selection={"anchor": anchor, **selection})


@functools.cache
def with_mavericks(chance: float, share: float | None) -> Seen:
    return Seen(anchored(share), BestResponse.model_validate({**SHARP, "maverick": chance, "maverick_depth": 0.15}),
                generics=12, rounds=120)  # fmt: skip


def test_t6_without_mavericks_the_anchor_of_batch_11_changes_nothing() -> None:
    lowest, mean = with_mavericks(0.0, None), with_mavericks(0.0, 0.5)
    assert mean.cut == pytest.approx(lowest.cut, abs=0.005)
    assert mean.winners == pytest.approx(lowest.winners, abs=0.1)


def test_t6_with_mavericks_it_weakens_cuts_and_lets_more_win() -> None:
    lowest, mean = with_mavericks(0.08, None), with_mavericks(0.08, 0.5)
    assert mean.cut < lowest.cut - 0.01
    assert mean.winners > lowest.winners + 0.2


@pytest.mark.parametrize("kind", [BestResponse, Equilibrium])
@pytest.mark.parametrize("generics", [6, 10])
def test_t7_an_originator_with_an_outside_market_hardly_ever_wins(kind: type[BestResponse], generics: int) -> None:
    """As assumed: 40 % of the market, 0.6 of a cut lost elsewhere, 0.75 of the ceiling kept outside."""
    proud = kind.model_validate({**assumed(kind), "originator_exposure_spread": 0.0})
    old = np.full(generics + 1, 10.0)
    assert Seen(rules("batch-9"), proud, generics, 60, pre_price=old).wins[-1] < 0.05


@pytest.mark.parametrize("generics", [6, 10])
def test_t7_without_one_it_wins_as_often_as_a_generic(generics: int) -> None:
    alone = {"originator_exposure": 0.0, "walk_away": 0.001, "originator_threat": 1.0, "aloof": 0.0, "maverick": 0.0}
    humble = BestResponse.model_validate({**ASSUMED, **alone})
    cost = np.append(np.linspace(0.14, 0.3, generics), 0.22) * 10
    seen = Seen(rules("batch-9"), humble, generics, 150, pre_share=np.zeros(generics + 1), cost=cost)
    assert seen.wins[-1] == pytest.approx(seen.wins[:-1].mean(), abs=0.1)


@pytest.mark.parametrize("firms", ["two-level-costs", "anchored-costs"])
def test_t8_more_makers_of_their_own_ingredient_cut_deeper(firms: str) -> None:
    market, law = read_market_of("batch-2"), rules("batch-2")
    none, some, all_ = (
        backtest(market, law, Prediction.model_validate({"firms": {"model": firms, "own_api_share": s}}), 2)
        for s in (0.0, 0.3, 1.0)
    )
    cuts = [b.metrics["cut_ceiling"]["mean"] for b in (none, some, all_)]
    assert cuts == sorted(cuts)
    assert cuts[2] > cuts[0] + 0.01


def test_t9_an_endless_ratio_without_a_guarantee_leaves_rank_alone() -> None:
    """So equilibria are those of the closed form, which knows nothing but rank (V1 to V3)."""
    endless = rules("batch-2", selection={"rule": "threshold", "ratio": 1e6, "cut": None, "floor_cut": 0.0})
    rank = rules("batch-2", selection={"rule": "shortlisted"})
    rivals = np.random.default_rng(2).uniform(0.01, 1.0, (200, 7))
    one, two = (payoffs(case(law, 8), rivals).arrays() for law in (endless, rank))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


bids_of = st.lists(st.integers(20, 1000), min_size=2, max_size=12)


@given(bids_of)
def test_t10_with_a_ratio_of_one_only_ties_with_the_lowest_win(thousandths: list[int]) -> None:
    law = rules("batch-9", selection={"ratio": 1.0, "cut": None, "low_lines": {}})
    bids = np.array([thousandths]) / 1000
    found = outcomes(law, book_of(bids, len(thousandths)))
    assert (bids[found.won] == bids.min()).all()
    assert found.won.any()


@given(bids_of)
def test_t11_under_a_full_guarantee_the_ratio_never_binds(thousandths: list[int]) -> None:
    law = rules("batch-9", selection={"cut": 1e-9, "low_lines": {}})
    bids = np.minimum(np.array([thousandths]) / 1000, 0.999)
    book = book_of(bids, len(thousandths))
    np.testing.assert_array_equal(outcomes(law, book).won, law.shortlist.keep(book))


def risky(months: int, aversion: float) -> float:
    law = rules("batch-3", term={"rule": "by-winners", "table": {"1": months}})
    return Seen(law, BestResponse.model_validate({**SHARP, "risk_aversion": aversion}), 8, 20).bid


def test_t14_who_fears_that_costs_change_bids_higher_for_longer_terms() -> None:
    assert risky(12, 10) < risky(24, 10) < risky(48, 10)
    assert risky(48, 0) < risky(48, 4) < risky(48, 10)
    assert risky(48, 0) <= risky(12, 0)


def test_t14_in_equilibrium_too() -> None:
    longer = case(rules("batch-3", term={"rule": "by-winners", "table": {"1": 48}}))

    def mean(aversion: float) -> float:
        model = Equilibrium.model_validate({**OUTSIDE, "risk_aversion": aversion})
        return float(model.solution(longer, 0.2, 6)[0].mean())

    assert mean(10.0) > mean(0.0)


@pytest.mark.parametrize("base", ["batch-2", "batch-7", "batch-9", "batch-10", "batch-11"])
@given(bids=bids_of)
def test_t16_no_more_winners_than_places_and_none_above_the_line(base: str, bids: list[int]) -> None:
    """Those who pick provinces are at most K(n); each is paid its bid under the line, or the price of the revival."""
    law, n = rules(base), len(bids)
    tender = Tender("d", "oral-solid", "ordinary", 1000 * YUAN, tuple(f"{i:02}" for i in range(n)),
                    micro_array(np.array(bids, dtype=float)), np.zeros(n), ("",) * n, np.full(n, 7.0),
                    np.zeros(n, dtype=bool), held=True)  # fmt: skip
    award = award_all([tender], law, accept)[0]
    book = book_of(np.array(bids)[None] / 1000, n)
    short = law.shortlist.keep(book)
    assert award.picks.sum() <= law.shortlist.places(book)
    assert isinstance(law.selection, Threshold)
    line, first = law.selection.line(book, short)[0], law.selection.first(book, short)[0]
    revived = law.selection.offers(book, short, first[None])[0]
    for i in np.flatnonzero(award.picks):
        assert award.price[i] <= (line if first[i] else revived[i])
        assert award.price[i] <= tender.bids[i]


@pytest.mark.parametrize("kind", [RulesOfThumb, BestResponse, LearnedBeliefs, Ewa, Equilibrium, CollusionRing])
def test_mavericks_buy_volume_below_cost_in_every_model_but_not_where_that_is_barred(kind: type[Bidding]) -> None:
    mad = kind.model_validate({"maverick": 1.0, **({} if kind is RulesOfThumb else {"aloof": 0.0})})
    free, barred = rules("batch-9"), rules("batch-9", entry={"below_cost_statement": True})
    made = opening([0.16, 0.18, 0.2, 0.25], free)
    member = mad.bids(made, Streams(1, 0)) < made.ceiling  # who is not paid to stand back by a ring
    assert (mad.bids(made, Streams(1, 0))[member] < made.cost[member]).all()
    assert member.any()
    made = opening([0.16, 0.18, 0.2, 0.25], barred)
    assert (mad.bids(made, Streams(1, 0)) >= made.cost * (1 - 1e-9)).all()
