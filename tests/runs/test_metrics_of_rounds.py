"""A run with several rounds: its summary, what is printed, comparisons that name a round."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHARED, round_of, write_scenario

from vbp_sim.errors import InputError
from vbp_sim.report.summary import render
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS, known_ids
from vbp_sim.runs.run import run
from vbp_sim.runs.view import Cut, rows_of
from vbp_sim.studies.compare import Precision, compare

ONE_YEAR = {**SHARED, "term": {"table": {"1": 12, "2": 12, "3": 12}}}
ROUNDS = {"first": round_of(rules=ONE_YEAR), "second": round_of("2020-06-01", ONE_YEAR)}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("rounds")
    return run(load_scenario(write_scenario(folder, rounds=ROUNDS, replications=2)), folder / "run", workers=1)[0]


def test_the_summary_has_metrics_of_rounds_after_the_plain_ones_and_people_see_those_alone(ran: RunFolder) -> None:
    found = list(ran.summary["metrics"])
    assert found == [id for id in known_ids(["first", "second"]) if id in found]
    assert "completion@second" in found
    shown = render(ran.summary)
    assert "completion " in shown
    assert "@" not in shown


def test_plain_ids_are_of_the_first_agreements_and_the_second_round_is_all_renewals(ran: RunFolder) -> None:
    for row in rows_of(ran, Cut()):
        for id in ("completion", "selected_share", "cut_weighted", "completion_tenth"):
            assert row[id] == row[f"{id}@first"]
            assert row[f"{id}@second"] == row[f"{id}@renewals"] != row[id]


def test_a_cut_keeps_metrics_of_rounds(ran: RunFolder) -> None:
    whole, part = rows_of(ran, Cut())[0], rows_of(ran, Cut(drugs=("alpha",)))[0]
    assert list(whole) == list(part)
    assert whole["completion@second"] != part["completion@second"]


def test_a_precision_may_be_asked_of_a_round(tmp_path: Path) -> None:
    variants = {"more": {"changes": {"demand": {"growth": 0.2}}}}
    file = write_scenario(tmp_path, rounds=ROUNDS, variants=variants, replications=2)
    until = Precision("completion@second", 10.0, 2)
    found = compare(file, ["more"], until=until, workers=1, results=tmp_path)
    assert found.differences["completion@second"]["more"].n == 2
    assert found.as_json()["metrics"]["completion@second"]["better"] is METRICS["completion"].better
    with pytest.raises(InputError, match="completion@second"):
        compare(file, ["more"], until=Precision("completion@secnd", 1.0, 2), workers=1, results=tmp_path)
