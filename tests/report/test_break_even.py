"""The break-even of quality: from how many failures on the ranking turns, and which samples exclude that."""

from __future__ import annotations

from vbp_sim.report.quality import break_even
from vbp_sim.report.words.language import speaking
from vbp_sim.studies.paired import Difference, paired

GOODS = paired([2e9, 2e9, 2e9], [1e9, 1e9, 1e9])


def saved(*more: float) -> Difference:
    return paired([5e8] * len(more), [5e8 + each for each in more])


def test_the_better_variant_is_better_until_so_many_batches_fail() -> None:
    """2e8 yuan a year over 100 times 1e9 yuan of goods: 2 in 1,000; 1,500 sampled batches exclude that."""
    differences = {"fund_saving": {"cheap": saved(1.9e8, 2e8, 2.1e8)}, "selected_spend": {"cheap": GOODS}}
    (said,) = break_even(differences)
    assert "more with cheap until 2 more of 1,000 selected batches fail" in said
    assert "1,500 sampled batches" in said
    with speaking("zh"):
        assert "1,500" in next(iter(break_even(differences)))


def test_the_goods_at_stake_are_those_of_who_saves_more() -> None:
    (said,) = break_even({"fund_saving": {"dear": saved(-1.9e8, -2e8, -2.1e8)}, "selected_spend": {"dear": GOODS}})
    assert "with the base than with dear until 1 more of 1,000" in said


def test_nothing_is_said_where_no_difference_is_clear() -> None:
    assert not [*break_even({"fund_saving": {"v": saved(-1e8, 0, 1e8)}, "selected_spend": {"v": GOODS}})]
    assert not [*break_even({"fund_saving": {"v": saved(1e8, 1e8, 1e8)}})]
