"""The headline as people read it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import synthetic

from vbp_sim.report.summary import render
from vbp_sim.report.words import words
from vbp_sim.runs.metrics import METRICS


def lines(replications: int, width: int = 200) -> dict[str, str]:
    shown = render(synthetic.summary(replications), width).splitlines()
    return {line.split()[0]: line for line in shown if line.startswith("  ")}


def test_values_come_in_units_that_people_read() -> None:
    shown = lines(20)
    assert shown["cut_own"].split()[1:6] == ["62.3", "56.1", "to", "68.5", "%"]
    assert shown["fund_saving"].split()[1:7] == ["1.23", "1.11", "to", "1.36", "billion", "yuan/year"]
    assert shown["retained_surplus"].split()[1:7] == ["42", "37.8", "to", "46.2", "million", "yuan"]
    assert shown["spend_change"].split()[1:5] == ["-41.0", "-36.9", "to", "-45.1"]


def test_one_replication_has_no_range_and_unknown_is_said_so() -> None:
    shown = lines(1)
    assert " to " not in shown["cut_own"]
    assert shown["days_to_backup"].split()[:3] == ["days_to_backup", "-", "days"]


def test_groups_come_in_the_order_of_the_catalogue_and_unknown_metrics_last() -> None:
    shown = render(synthetic.summary(2)).splitlines()
    groups = [line for line in shown[1:] if line and not line.startswith(" ")]
    assert groups == ["price", "tender", "money", "incentive", "supply", "other"]
    assert "not_yet_known" in shown[-1]


def test_columns_are_aligned_and_meanings_wrap_at_the_width() -> None:
    shown = render(synthetic.summary(20), 110).splitlines()
    assert max(map(len, shown)) <= 110
    words_of_units = (" %  ", " billion ", " days  ")
    assert len({line.index(word) for line in shown for word in words_of_units if word in line}) == 1


def test_the_summary_costs_no_drawing_library() -> None:
    code = "import sys, vbp_sim.report.summary; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "pyarrow"} & set(done.stdout.split())


def test_every_metric_is_described() -> None:
    assert {m.group for m in METRICS.values()} == {
        "price", "tender", "use", "products", "before_after", "money", "reporting", "incentive", "supply", "firms"
    }  # fmt: skip
    assert all(m.meaning and m.unit and m.decimals >= 0 for m in METRICS.values())


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        (0, "0 yuan"),
        (999.6, "1 thousand yuan"),
        (-2.5e6, "-2.5 million yuan"),
        (1.2345e9, "1.23 billion yuan"),
    ],
)
def test_money_is_said_in_its_largest_unit(yuan: float, said: str) -> None:
    assert words.money(yuan) == said


@pytest.mark.parametrize(("share", "decimals", "said"), [(-0.001, 0, "0 %"), (0.625, 0, "62 %"), (0.0312, 1, "3.1 %")])
def test_shares_are_said_as_per_cent_without_a_negative_zero(share: float, decimals: int, said: str) -> None:
    assert words.percent(share, decimals) == said
