"""Laws in scenario files: patched by name, and every contradiction is said with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scenario_making import SCENARIO, make_scenario
from small import round_of, rows, small, write_scenario

from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import stand_ins
from vbp_sim.scenario.laws import plain, values
from vbp_sim.scenario.load import Scenario


def loaded(folder: Path, laws: str, variant: str = "", *sets: str) -> Scenario:
    return load_scenario(make_scenario(folder, SCENARIO + laws), variant, sets)


def refused(folder: Path, laws: str, *sets: str) -> str:
    with pytest.raises(InputError) as caught:
        loaded(folder, laws, "", *sets)
    return str(caught.value).replace(str(folder) + "/", "")


def kept(scenario: Scenario) -> Any:
    return plain(values(scenario.spec.laws, ["national"]))["retention"]


def test_the_national_law_of_2019_is_always_there(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "")
    assert list(scenario.spec.laws) == ["national"]
    assert scenario.spec.laws["national"].rules is not None
    assert scenario.spec.laws["national"].since is None
    assert "laws.national.rules.retention.rule" in stand_ins(scenario)


def test_a_change_names_another_rule_without_repeating_anything(tmp_path: Path) -> None:
    sets = ("laws.national.changes.retention={rule: linear, most: 0}",)
    scenario = loaded(tmp_path, "", "", *sets)
    assert kept(scenario) == {"rule": "linear", "most": 0}
    assert "laws.national.rules.retention.rule" not in stand_ins(scenario)


def test_a_change_of_a_change_drops_the_parameters_of_the_other_rule(tmp_path: Path) -> None:
    laws = "laws: {national: {changes: {retention: {rule: linear, most: 0.3}}}}\n"
    assert kept(loaded(tmp_path, laws, "", "laws.national.changes.retention.most=0.2"))["most"] == 0.2
    tiers = loaded(tmp_path, laws, "", "laws.national.changes.retention={rule: tiers}")
    assert kept(tiers) == kept(loaded(tmp_path, ""))


def test_a_scenario_may_give_its_own_national_law(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "laws: {national: {rules: law-2024}}\n")
    assert scenario.spec.laws["national"].rules.id == "law-2024"  # type: ignore[union-attr]


WRONG = {
    "two on one day": (
        "laws:\n"
        "  a: {from: 2019-01-01, changes: {payment: {direct_days: 5}}}\n"
        "  b: {from: 2019-01-01, changes: {payment: {direct_days: 5, arrears_days: 90}}}\n",
        "small.yaml:22:45: laws 'a' and 'b' both set payment.direct_days from 2019-01-01 in east",
    ),
    "a rule takes the whole part": (
        "laws:\n"
        "  a: {from: 2019-01-01, changes: {retention: {rule: linear}}}\n"
        '  b: {from: 2019-01-01, changes: {retention: {tiers: {"60": 0.1}}}}\n',
        "small.yaml:22:55: laws 'a' and 'b' both set retention.tiers.60",
    ),
    "beside the national one": (
        "laws: {mine: {changes: {payment: {direct_days: 5}}}}\n",
        "laws 'mine' and 'national' both set",
    ),
    "unknown part": (
        "laws: {national: {changes: {retentio: {most: 0}}}}\n",
        "small.yaml:20:29: unknown key 'retentio'\n    did you mean 'retention'?",
    ),
    "parameter of another rule": (
        "laws: {national: {changes: {retention: {most: 0.1}}}}\n",
        "small.yaml:20:41: unknown key 'most' in retention of 'tiers'\n    it belongs to the rule linear",
    ),
    "over the limit": (
        "laws: {x: {places: [east], changes: {payment: {prepayment_share: 30}}}}\n",
        "small.yaml:20:66: payment.prepayment_share: must be at most 1, here is 30\n    shares are written",
    ),
    "text for a number": (
        'laws: {x: {places: [east], changes: {payment: {direct_days: "3"}}}}\n',
        "payment.direct_days: a number is wanted, here is text '3'",
    ),
    "a map for a number": (
        "laws: {x: {places: [east], changes: {payment: {arrears_days: {a: 150}}}}}\n",
        "small.yaml:20:62: payment.arrears_days: a number is wanted, here is a map",
    ),
    "a list for a number": (
        "laws: {x: {places: [east], changes: {payment: {arrears_days: [150, {a: 1}]}}}}\n",
        "small.yaml:20:62: payment.arrears_days: a number is wanted, here is a list",
    ),
    "only wrong together": (
        "laws:\n  a: {from: 2019-01-01, changes: {reporting: {highest: 0.7}}}\n"
        "  b: {places: [east], changes: {reporting: {lowest: 0.8}}}\n",
        "small.yaml:22:53: reporting.lowest: lowest (0.8) lies above highest (0.7)",
    ),
    "wrong with what a shipped law says": (
        "laws: {national: {changes: {reporting: {highest: 0.1}}}}\n",
        "small.yaml:20:40: reporting.lowest: lowest (0.5) lies above highest (0.1)",
    ),
    "a stranger": (
        "laws: {x: {places: [eastt], changes: {payment: {direct_days: 3}}}}\n",
        "small.yaml:20:21: there is no place 'eastt'\n    did you mean 'east'?",
    ),
    "a law that is not there": (
        "laws: {x: {repeals: [nationl]}}\n",
        "small.yaml:20:22: there is no law 'nationl'\n    did you mean 'national'?",
    ),
    "itself": ("laws: {x: {repeals: [x]}}\n", "a law cannot repeal itself ('x')"),
    "no law yet": (
        "laws: {national: {from: 2019-06-01}}\n",
        "small.yaml:20:19: no law with 'rules' is in force in east on 2018-07-01",
    ),
    "unknown name": ("laws: {national: {rules: law-2018}}\n", "nothing is called 'law-2018'\n    did you mean 'law-20"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_laws_are_refused_with_their_place(name: str, tmp_path: Path) -> None:
    laws, said = WRONG[name]
    assert said in refused(tmp_path, laws)


def test_a_law_of_one_province_moves_only_what_it_governs(tmp_path: Path) -> None:
    """Reports of north obey its floor; the others report as before."""
    laws = {"north": {"from": "2018-04-02", "places": ["north"], "changes": {"reporting": {"lowest": 1.0}}}}
    free, held = (simulate(small(tmp_path / str(i), laws=one), 0)["reports"] for i, one in enumerate(({}, laws)))
    north = held["province"] == "north"
    assert (held["reported"][~north] == free["reported"][~north]).all()
    assert (held["reported"][north] == held["past_use"][north]).all()
    assert (free["reported"][north] < free["past_use"][north]).any()


def test_a_later_law_settles_the_years_that_end_under_it(tmp_path: Path) -> None:
    """The first contract year ends before the law, the second after it."""
    rules = {"extends": "expansion-2019", "term": {"table": {"1": 24, "2": 24, "3": 24}}}
    laws = {"none": {"from": "2020-02-01", "changes": {"retention": {"rule": "linear", "most": 0.0}}}}
    settled = simulate(small(tmp_path, rounds={"first": round_of(rules=rules)}, laws=laws), 0)["settlement"]
    assert rows(settled, contract_year=1)["retained"].sum() > 0
    assert rows(settled, contract_year=2)["retained"].sum() == 0


def test_an_unknown_rating_is_refused_with_its_place(tmp_path: Path) -> None:
    credit = {"national": {"changes": {"credit": {"suspended": {"severe": 12}}}}}
    with pytest.raises(InputError, match=r"credit.suspended: one of ordinary, medium, serious, .* is wanted, here is"):
        load_scenario(write_scenario(tmp_path, laws=credit))
