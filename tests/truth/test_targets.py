"""Published outcomes: the shipped sets are whole, mistakes are told with their place, an outcome is what it says."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.report.charts import catalogue
from vbp_sim.report.sources import opened
from vbp_sim.rules.library import rule_set
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure
from vbp_sim.truth.backtest import Prediction, backtest
from vbp_sim.truth.outcomes import Held, hold
from vbp_sim.truth.replay import read_market_of
from vbp_sim.truth.targets import COLUMNS, Target, read_targets, shipped_targets
from vbp_sim.truth.worlds import lives, outcome

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tools.skill import skill  # noqa: E402

Vbp = Callable[..., tuple[int, str, str]]
NAN = float("nan")
ROW = {
    "id": "spend",
    "world": "pilot-2018",
    "metric": "spend_raw",
    "outcome": "spending",
    "definition": "raw",
    "weight": "value",
    "population": "all",
    "period": "a year",
    "unit": "share",
    "value": "-0.4",
    "status": "seen",
    "source": "https://example.org",
    "grade": "S",
    "study": "somebody",
}


def written(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "mine.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, [column.name for column in COLUMNS])
        writer.writeheader()
        writer.writerows(rows)
    return file


def target(folder: Path, **cells: str) -> Target:
    return read_targets(written(folder, {**ROW, **cells}))[0]


@pytest.mark.parametrize("name", shipped_targets())
def test_shipped_targets_have_sources_and_none_is_from_memory(name: str) -> None:
    for found in read_targets(name):
        assert found.source.startswith("https://") or found.source.startswith("http://"), found.id
        assert "memory" not in f"{found.definition} {found.source} {found.study}".lower(), found.id
        assert found.used or found.why, found.id
        assert found.status != "fitted" or found.why, found.id  # what was fitted to it


def test_all_kinds_of_outcomes_that_a_trustworthy_table_needs_are_there() -> None:
    used = [t for name in shipped_targets() for t in read_targets(name) if t.used]
    assert {"spend_raw", "spend_constant", "spend_did", "volume_change", "completion", "selected_volume"} <= {
        t.metric for t in used
    }
    assert {"others_volume", "originator_share", "other_originators_price"} <= {t.metric for t in used}
    assert {"province", "level", "drug", "round"} <= {part for t in used for part in t.parts}
    assert {"least-of", "most-of", "rising-of"} <= {t.spread[0] for t in used}


@pytest.mark.parametrize(
    ("cells", "place", "said"),
    [
        ({"metric": "spend_rw"}, ":3:metric", "did you mean 'spend_raw'?"),
        ({"unit": "yuan"}, ":3:unit", "spend_raw has the unit share"),
        ({"cut": "firm=x"}, ":3:cut", "is no cut"),
        ({"cut": "year=2"}, "", ""),
        ({"metric": "spend_all", "cut": "drug=a"}, ":3:cut", "spend_all cannot be told of drug"),
        ({"cut": "least-of=round"}, ":3:cut", "spend_raw cannot be told of round"),
        ({"world": "pilot-2019"}, ":3:world", "no scenario 'pilot-2019' is shipped"),
        ({"world": "tender:batch-5"}, ":3:world", "no market 'batch-5' is shipped"),
        ({"low": "-0.3", "high": "-0.2"}, ":3:value", "outside of its interval"),
        ({"value": ""}, ":3:value", "needs a value"),
        ({"value": "forty"}, ":3:value", "a number is wanted"),
        ({"status": "unused"}, ":3:why", "says why"),
        ({"status": "guessed"}, ":3:status", "fitted or seen or predicted or unused is wanted"),
        ({"grade": "M"}, ":3:grade", "S or D or I is wanted"),
        ({"id": "first"}, ":3:id", "stands twice"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, cells: dict[str, str], place: str, said: str) -> None:
    file = written(tmp_path, {**ROW, "id": "first"}, {**ROW, **cells})
    if not said:
        assert len(read_targets(file)) == 2
        return
    with pytest.raises(InputError) as error:
        read_targets(file)
    assert place in str(error.value)
    assert said in str(error.value)


def test_a_cut_is_the_metric_of_that_part(tmp_path: Path) -> None:
    tables = simulate(load_scenario("pilot-2018"), 0)
    use = tables["use"]
    mine = np.isin(use["province"].astype(str), ["beijing", "xian"]) & (use["agreed"] > 0)
    share = use["selected"][mine].sum() / (use["need"] - use["unmet"] - use["alternatives"])[mine].sum()
    cut = target(tmp_path, metric="selected_share", cut="province=beijing+xian")
    assert outcome(cut, tables) == pytest.approx(share)
    settled = tables["settlement"]
    of = [settled[c][settled["level"] == "tertiary"].sum() for c in ("bought", "agreed")]
    assert outcome(target(tmp_path, metric="completion", cut="level=tertiary"), tables) == pytest.approx(of[0] / of[1])


def test_spreads_are_over_parts_each_by_itself(tmp_path: Path) -> None:
    tables = simulate(load_scenario("pilot-2018"), 0)
    settled = tables["settlement"]
    each = []
    for drug in sorted(set(settled["drug"].tolist())):
        mine = settled["drug"] == drug
        each.append(settled["bought"][mine].sum() / settled["agreed"][mine].sum())
    found = [
        outcome(target(tmp_path, metric="completion", cut=f"{how}=drug"), tables) for how in ("least-of", "most-of")
    ]
    assert found == pytest.approx([min(each), max(each)])
    rising = target(tmp_path, metric="use_change", cut="rising-of=drug+province")
    assert 0 <= outcome(rising, tables) <= 1


def test_a_world_without_vbp_has_the_same_luck_and_no_agreement() -> None:
    ((ours, theirs),) = lives("pilot-2018", 1, 1, control=True)
    assert theirs is not None
    assert theirs["awards"]["failed"].all()
    assert not theirs["use"]["selected"].any()
    before = ours["use"]["month"] < ours["use"]["month"][ours["use"]["agreed"] > 0].min()
    np.testing.assert_array_equal(ours["use"]["need"][before], theirs["use"]["need"][before])
    found = measure(ours, theirs)
    assert found["spend_raw"] - 0.1 < found["spend_did"] < found["spend_raw"]  # need has a trend of its own
    assert found["saving_world"] == pytest.approx(found["saving_net"])  # nothing moves outside the list


def test_verdicts(tmp_path: Path) -> None:
    draws = np.linspace(0, 1, 101)
    inside, beside, far = (target(tmp_path, value=v, low=low, high=high) for v, low, high in (
        ("0.93", "", ""), ("1.1", "0.9", "1.2"), ("1.1", "1.05", "1.2")))  # fmt: skip
    found = [Held.of(t, draws) for t in (inside, beside, far)]
    assert [h.verdict for h in found] == ["in", "near", "out"]
    assert not found[0].in80
    assert Held.of(inside, [NAN, NAN]).verdict == "none"
    nearer = Held.of(target(tmp_path, value="0.93", naive="0.9"), draws)
    assert nearer.naive_nearer
    assert found[0].naive_nearer is None


def test_two_sets_may_have_a_target_of_one_name(tmp_path: Path) -> None:
    one = target(tmp_path, metric="cut_ceiling", world="tender:expansion-2019", value="0.2573")
    other = target(tmp_path, metric="cut_ceiling", world="tender:batch-2", value="0.554")
    first, second = hold([one, other], replications=2)
    assert (first.target.world, second.target.world) == (one.world, other.world)
    assert first.mean < 0.4 < second.mean


def test_the_command_keeps_a_table_that_is_drawn(tmp_path: Path, vbp: Vbp) -> None:
    file = written(
        tmp_path,
        {**ROW, "world": "tender:expansion-2019", "metric": "cut_ceiling", "value": "0.2573", "naive": "0.3"},
        {**ROW, "id": "no", "status": "unused", "why": "no reason", "value": ""},
    )
    out = tmp_path / "out"
    code, shown, _ = vbp("backtest", "--targets", file, "--replications", 3, "--out", out)
    assert code == 0
    assert "25.7 %" in shown
    assert "of 1 outcomes" in shown
    kept: dict[str, Any] = json.loads((out / "targets.json").read_text(encoding="utf-8"))
    assert [row["id"] for row in kept["unused"]] == ["no"]
    drawn = catalogue.draw("outcomes", opened(out))
    assert drawn.data["published"].tolist() == [0.2573]
    code, _, told = vbp("report", out)
    assert (code, "vbp plot DIR outcomes" in told) == (2, True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine", encoding="utf-8")
    code, _, told = vbp("backtest", "--targets", file, "--replications", 2, "--out", tmp_path / "other")
    assert (code, "holds other files" in told) == (2, True)


@pytest.mark.parametrize(
    "words", [("--targets", "pilots"), ("--targets", "pilot", "--market", "batch-3"), ("--market", "batch-3"), ()]
)
def test_what_the_command_refuses(words: tuple[str, ...], vbp: Vbp) -> None:
    assert vbp("backtest", *words)[0] == 2


def test_skill_of_a_forecast_that_knows_everything_is_perfect() -> None:
    """A back-test whose every draw is what happened: no score, no spread, who wins for sure."""
    market, rules = read_market_of("batch-2"), rule_set("batch-2")
    test = backtest(market, rules, Prediction(), 2)
    known = type(test)(
        **{**vars(test), "bids": np.tile(test.real_bids, (3, 1)), "prices": np.tile(test.real_prices, (3, 1))}
    )
    found = skill(known, market, rules, [read_market_of("expansion-2019")])
    assert found is not None
    assert (found.crps, found.brier, found.auc) == (0, 0, 1)
    assert found.bids80 == found.lowest90 == 1
    assert found.chances == ((0, 0, 58), (1, 1, 100))
    assert found.crps_regression > 0
    assert 0.5 < found.auc_naive < 1
