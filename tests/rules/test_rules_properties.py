"""What must hold for any bids under any rule set."""

from fractions import Fraction

import numpy as np
import pytest
from answers import accept, refuse
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_making import tender

from vbp_sim.report.words.sentences import said
from vbp_sim.rules.anchor import MeanShare
from vbp_sim.rules.contest import NONE, Tender, book
from vbp_sim.rules.library import rule_ids, rule_set
from vbp_sim.rules.money import at_most, exact
from vbp_sim.rules.tender import Award, award_all, contest
from vbp_sim.rules.threshold import Threshold

BIDS = st.lists(st.integers(0, 40), min_size=1, max_size=9)
ROUND = st.lists(BIDS, min_size=1, max_size=4)
IDS = st.sampled_from(rule_ids())


def tenders(bids: list[list[int]], unit: float = 0.1, ceiling: float = 3.0) -> list[Tender]:
    return [
        tender(
            [round(b * unit, 6) for b in drug],
            round(ceiling, 6),
            drug=f"drug{i}",
            named=[float(b % 7) for b in drug],
            priority=[float(b % 3) for b in drug],
        )
        for i, drug in enumerate(bids)
    ]


def fate(award: Award, made: Tender) -> dict[str, tuple[int, str]]:
    return {f: (int(p), r) for f, p, r in zip(made.firms, award.price, award.reasons, strict=True)}


@settings(max_examples=60, deadline=None)
@given(IDS, ROUND, st.randoms(use_true_random=False))
def test_order_of_rows_and_drugs_never_matters(id: str, bids: list[list[int]], luck: object) -> None:
    made = tenders(bids)
    rules = rule_set(id)
    before = {t.drug: fate(a, t) for t, a in zip(made, award_all(made, rules, accept), strict=True)}
    mixed = []
    for t in made:
        order = list(range(len(t.firms)))
        luck.shuffle(order)  # type: ignore[attr-defined]
        mixed.append(t.of(np.array(order)))
    luck.shuffle(mixed)  # type: ignore[attr-defined]
    after = {t.drug: fate(a, t) for t, a in zip(mixed, award_all(mixed, rules, accept), strict=True)}
    assert after == before


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(rule_ids()), ROUND)
def test_scaling_all_prices_changes_nothing_without_a_line_in_yuan(id: str, bids: list[list[int]]) -> None:
    rules = rule_set(id)
    if isinstance(rules.selection, Threshold):
        rules = rules.model_copy(update={"selection": rules.selection.model_copy(update={"low_lines": {}})})
    small, large = tenders(bids), tenders(bids, 0.7, 21.0)
    for a, b in zip(award_all(small, rules, refuse), award_all(large, rules, refuse), strict=True):
        assert a.selected.tolist() == b.selected.tolist()
        assert a.order == b.order


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([i for i in rule_ids() if isinstance(rule_set(i).selection, Threshold)]), BIDS)
def test_no_winner_is_above_its_threshold_and_none_void_wins(id: str, bids: list[int]) -> None:
    rules = rule_set(id)
    (made,) = tenders([bids])
    (award,) = award_all([made], rules, refuse)
    assert isinstance(rules.selection, Threshold)
    groups = rules.grouping.groups(made)
    for group in groups:
        c = contest(made.of(group) if len(groups) > 1 else made, rules)
        line = int(rules.selection.line(c.book, c.short))
        assert all(p <= line for p in award.price[group])
    assert not award.selected[(made.bids == 0) | (made.bids > made.ceiling)].any()
    assert (award.price[award.selected] <= made.bids[award.selected]).all()
    assert set(award.order) == set(np.flatnonzero(award.picks).tolist())
    assert award.failed == (not award.selected.any())


@settings(max_examples=60, deadline=None)
@given(IDS, BIDS)
def test_accepting_more_never_takes_a_win_away(id: str, bids: list[int]) -> None:
    made = tenders([bids])
    (no,), (yes,) = award_all(made, rule_set(id), refuse), award_all(made, rule_set(id), accept)
    assert (yes.selected >= no.selected).all()


@given(st.integers(1, 31), st.integers(1, 10), st.sampled_from(["batch-7", "batch-11", "expansion-2019"]))
def test_draft_gives_every_province_one_main_and_a_different_backup(provinces: int, winners: int, id: str) -> None:
    rules = rule_set(id)
    weights = np.linspace(1, 2, provinces)
    main = rules.allocation.draft(weights, winners)
    backup = rules.backup.assign(weights, main, winners)
    counts = np.bincount(main, minlength=winners)
    assert ((main >= 0) & (main < winners)).all()
    assert (counts[:-1] >= counts[1:]).all()
    assert (backup != main).all()
    if winners > 1 and id != "expansion-2019":
        assert (backup >= 0).all()


@settings(max_examples=40, deadline=None)
@given(IDS, st.lists(st.lists(st.integers(0, 40), min_size=5, max_size=5), min_size=1, max_size=6))
def test_draws_on_a_leading_axis_are_decided_as_one_by_one(id: str, draws: list[list[int]]) -> None:
    """The kernel that thousands of simulated bids go through is the one that decides a single tender."""
    rules = rule_set(id)
    bids, order, stands = np.array(draws) * 100_000, np.arange(5), np.ones(5, dtype=bool)
    many = book(bids, 3_000_000, order, stands, 5, "oral-solid", ("",) * 5)
    short = rules.shortlist.keep(many)
    first = rules.selection.first(many, short)
    for i, row in enumerate(bids):
        one = book(row, 3_000_000, order, stands, 5, "oral-solid", ("",) * 5)
        assert short[i].tolist() == rules.shortlist.keep(one).tolist()
        assert first[i].tolist() == rules.selection.first(one, short[i]).tolist()


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=9), st.floats(1e-9, 1), st.floats(1, 1e6))
def test_the_line_by_a_share_of_the_mean_is_exact(bids: list[int], share: float, ratio: float) -> None:
    """However many digits the share and the ratio have, and however dear the drug is."""
    n = len(bids)
    made = book(np.array(bids), 0, np.arange(n), np.ones(n, dtype=bool), n)
    line = MeanShare(share=share).line(made, made.valid, exact(ratio))
    factor = exact(ratio) * exact(share)
    of_mean, of_lowest = factor * sum(bids) / n, exact(ratio) * min(bids)
    assert int(line) == max(min(2**63 - 1, factor * sum(bids) // 1) // n, min(2**63 - 1, of_lowest // 1))
    if of_mean < 2**60:
        assert int(line) == max(of_mean, of_lowest) // 1


@pytest.mark.parametrize("ratio", [Fraction(9, 5), Fraction(2000), Fraction(10**6), Fraction(10**30, 3)])
def test_no_bid_stays_above_every_price_under_any_ratio(ratio: Fraction) -> None:
    assert int(at_most(ratio, NONE)) > 10**15
    assert at_most(ratio, np.array([NONE])).tolist() == [int(at_most(ratio, NONE))]


@pytest.mark.parametrize("id", rule_ids())
def test_a_tender_without_a_valid_bid_fails(id: str) -> None:
    (award,) = award_all(tenders([[0, 40, 0]]), rule_set(id), accept)
    assert award.failed
    assert award.order == ()
    assert all("no valid bid" in said(reason) for reason in award.reasons)
