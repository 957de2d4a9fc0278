"""Null results are said: variants and levers that moved nothing, or no bid and no award, and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import SHARED, round_of, write_scenario
from sweeping import swept, write_sweep

from vbp_sim.runs.folder import RunFolder
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies.compare import Comparison, Precision, compare
from vbp_sim.studies.null import AWARDED, Null

RATIO = {"rule": "threshold", "ratio": 1.8}


def rules(**parts: Any) -> dict[str, Any]:
    """A variant of the rules of the round."""
    return {"changes": {"rounds": {"first": {"rules": parts}}}}


VARIANTS: dict[str, Any] = {
    "ratio": rules(selection={"rule": "threshold", "ratio": 100.0}),
    "guarantee": rules(share={"table": {"1": 0.9, "2": 0.9, "3": 0.9}}),
    "shorter": rules(term={"table": {"1": 6, "2": 6, "3": 6}}),
    "wider": rules(shortlist={"rule": "table", "places_by_firms": [1, 2]}),
    "said": {"title": "nothing but a title", "changes": {}},
    "keep": {"changes": {"laws": {"national": {"changes": {"retention": {"rule": "linear", "most": 0.0}}}}}},
}
#: one place on the shortlist, so that the ratio among those who are on it has nobody to strike out
ONE = {**SHARED, "shortlist": {"rule": "table", "places_by_firms": [1]}, "selection": RATIO}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("null")
    return write_scenario(folder, rounds={"first": round_of(rules=ONE)}, variants=VARIANTS, replications=2)


@pytest.fixture(scope="module")
def found(scenario: Path) -> Comparison:
    return compare(scenario, list(VARIANTS), results=scenario.parent / "runs", workers=1)


def test_what_changed_no_bid_and_no_award_is_named_and_nothing_else(found: Comparison) -> None:
    lost = found.nulls["said"].lost
    assert lost > 0
    assert found.nulls == {
        "ratio": Null(nothing=True, lost=lost, short=lost, rule="shortlist"),
        "said": Null(nothing=True, lost=lost, short=lost),
        "keep": Null(nothing=False, lost=lost, short=lost),
    }


def test_the_tables_say_the_same(found: Comparison) -> None:
    """Independent of hashes: the columns of bids and awards are compared one by one."""
    base, *others = (RunFolder.open(found.runs[name]) for name in ("base", *VARIANTS))
    same = set()
    for name, other in zip(VARIANTS, others, strict=True):
        pairs = [(base.table(t)[c], other.table(t)[c]) for t, columns in AWARDED.items() for c in columns]
        if all(
            len(a) == len(b) and all(x == y or (x != x and y != y) for x, y in zip(a, b, strict=True)) for a, b in pairs
        ):
            same.add(name)
    assert same == set(found.nulls)


def test_runs_of_which_only_metrics_are_kept_say_the_same(scenario: Path, found: Comparison) -> None:
    until = compare(scenario, list(VARIANTS), until=Precision("completion", 1.0, 2), workers=1)
    assert until.replications == 2
    assert until.nulls == found.nulls


def test_selection_may_leave_the_shortlist_nothing_to_decide(tmp_path: Path) -> None:
    lowest = {**SHARED, "shortlist": {"rule": "table", "places_by_firms": [1, 2, 3]}, "selection": {"rule": "lowest"}}
    variants = {"everyone": rules(shortlist={"rule": "everyone"})}
    file = write_scenario(tmp_path, rounds={"first": round_of(rules=lowest)}, variants=variants)
    found = compare(file, ["everyone"], results=tmp_path / "runs", workers=1).nulls["everyone"]
    assert (found.nothing, found.rule, found.short) == (False, "selection", 0)


def test_where_every_bid_wins_there_is_nothing_to_decide(tmp_path: Path) -> None:
    free = {**SHARED, "shortlist": {"rule": "everyone"}, "selection": {"rule": "threshold", "ratio": 1e6}}
    variants = {"looser": rules(selection={"rule": "threshold", "ratio": 9e5})}
    file = write_scenario(tmp_path, rounds={"first": round_of(rules=free)}, variants=variants)
    found = compare(file, ["looser"], results=tmp_path / "runs", workers=1)
    assert found.nulls["looser"] == Null(nothing=True, rule="nobody")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "ratio changed nothing: every table is that of the base, bit for bit. The shortlist decided first: of ",
                "keep changed no bid and no award: bids, winners, prices,",
            ),
        ),
        (
            "zh",
            (
                "方案 ratio 未产生任何变化：所有数据表与基准逐位相同。入围规则先行决定：",
                "方案 keep 未改变任何报价和中选结果",
            ),
        ),
    ],
)
def test_command_page_and_data_say_it(
    vbp: Any, scenario: Path, tmp_path: Path, lang: str, said: tuple[str, ...]
) -> None:
    words = ["compare", scenario, "--variants", "ratio,keep,wider", "--out", tmp_path / "c", "--workers", 1, "--report"]
    code, _, told = vbp(*words, "--lang", lang)
    assert code == 0, told
    page = (tmp_path / "c" / "report.html").read_text(encoding="utf-8")
    for sentence in said:
        assert sentence in told
        assert sentence in page
    assert "wider changed" not in told
    assert "wider 未" not in told
    content = json.loads((tmp_path / "c" / "comparison.json").read_text(encoding="utf-8"))
    assert {name: null["nothing"] for name, null in content["null_results"].items()} == {"ratio": True, "keep": False}


@pytest.mark.parametrize("value", [3, None, [1], {"ratio": 1}, {"ratio": {"nothing": "x"}}, {"ratio": {"lost": 1}}])
def test_null_results_that_are_damaged_are_told(vbp: Any, scenario: Path, tmp_path: Path, value: Any) -> None:
    words = ["compare", scenario, "--variants", "ratio", "--out", tmp_path / "c", "--workers", 1, "--quiet"]
    assert vbp(*words)[0] == 0
    file = tmp_path / "c" / "comparison.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "null_results": value}))
    code, _, said = vbp("report", tmp_path / "c")
    assert (code, "comparison.json" in said) == (2, True)


def test_a_comparison_of_before_null_results_were_said_is_read(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    vbp("compare", scenario, "--variants", "ratio", "--out", tmp_path / "c", "--workers", 1, "--quiet")
    file = tmp_path / "c" / "comparison.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    del content["null_results"]
    file.write_text(json.dumps(content))
    assert vbp("report", tmp_path / "c")[0] == 0


LEVERS = {
    "growth": {"path": "demand.growth", "values": [0.1, 0.2]},
    "name": {"path": "title", "values": ["a", "b", "c"]},
    "fund": {"path": "finance.fund_share", "values": [0.5, 0.6]},
}


def measured(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Growth moves completion, the fund's share moves a price; one value does not apply."""
    spec = scenario.spec
    return {"completion": spec.demand.growth, "cut_ceiling": spec.finance.fund_share + replication, "hhi": float("nan")}


def test_levers_that_moved_nothing_or_nothing_of_the_tender_are_named_and_no_others(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers=LEVERS, replications=2)
    assert swept(file, tmp_path / "s", measured, points=range(11)).idle == {}  # one point is missing
    assert swept(file, tmp_path / "s", measured).idle == {"growth": False, "name": True}


def test_one_run_that_differs_is_enough_for_a_lever_to_move_something(tmp_path: Path) -> None:
    def once(scenario: Scenario, replication: int) -> Mapping[str, float]:
        odd = replication == 1 and (scenario.spec.title, scenario.spec.demand.growth) == ("c", 0.2)
        return {"cut_ceiling": np.nan if odd else 1.0}

    levers = {"growth": LEVERS["growth"], "name": LEVERS["name"]}
    assert swept(write_sweep(tmp_path, levers=levers, replications=2), tmp_path / "s", once).idle == {}


def test_the_command_and_the_page_name_idle_levers(vbp: Any, tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers={"growth": LEVERS["growth"], "name": LEVERS["name"]})
    code, shown, told = vbp("sweep", "run", file, "--out", tmp_path / "s", "--executor", "serial", "--json", "--report")
    assert code == 0, told
    assert json.loads(shown)["null_results"]["name"] == {"nothing": True}
    assert "The lever name changed nothing: no metric of any run differs between its values, all else equal" in told
    assert "lever growth changed nothing:" not in told
    assert "The lever name changed nothing" in (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    assert vbp("report", tmp_path / "s", "--lang", "zh")[0] == 0
    assert "政策变量name未产生任何变化" in (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
