"""The pilot's selection: lowest bid, seven outright, the rest bargained."""

import numpy as np
from answers import accept, refuse
from rules_making import tender

from vbp_sim.report.words.sentences import said
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.tender import award_all

PILOT = rule_set("pilot-2018")


def test_lowest_of_three_wins() -> None:
    (award,) = award_all([tender([0.5, 0.3, 0.4], 1)], PILOT, refuse)
    assert award.selected.tolist() == [False, True, False]
    assert award.price.tolist() == [0, 300_000, 0]
    assert award.order == (1,)


def test_seven_deepest_cuts_win_outright_and_the_rest_are_bargained() -> None:
    """Eight drugs, mean cut of the competitive drugs 0.6, so the line is 1 - 0.4 x 0.6 = 0.76 of the
    ceiling.
    """
    drugs = [tender([0.4, 0.9, 0.9], 1, drug=f"d{i}") for i in range(7)] + [tender([0.9], 1, drug="sole")]
    refused, accepted = award_all(drugs, PILOT, refuse), award_all(drugs, PILOT, accept)
    assert all(a.selected[0] for a in refused[:7])
    assert refused[7].failed
    assert accepted[7].price.tolist() == [760_000]
    assert "refused the bargained price 0.76" in said(refused[7].reasons[0])


def test_only_the_preselected_firm_is_asked() -> None:
    asked: list[tuple[int, list[int]]] = []

    def answer(i: int, offers: np.ndarray) -> np.ndarray:
        asked.append((i, offers.tolist()))
        return offers > 0

    drugs = [tender([0.4, 0.9, 0.9], 1, drug=f"d{i}") for i in range(7)] + [tender([0.95, 0.9], 1, drug="two")]
    award_all(drugs, PILOT, answer)
    assert asked == [(7, [0, 760_000])]


def test_a_bid_at_the_line_needs_no_bargaining() -> None:
    drugs = [tender([0.4, 0.9, 0.9], 1, drug=f"d{i}") for i in range(7)] + [tender([0.76], 1, drug="sole")]
    award = award_all(drugs, PILOT, refuse)[7]
    assert award.price.tolist() == [760_000]
