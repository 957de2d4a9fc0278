"""Policies: what their files may say, where they fit, and whether what they expect is judged as they say."""

from __future__ import annotations

import contextlib
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import write_scenario

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.errors import InputError
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import compare_page
from vbp_sim.report.words.language import restate, speaking
from vbp_sim.runs.load import load_scenario, shipped
from vbp_sim.runs.policies import ALL, applied, check_policy, load_policy, policy_ids
from vbp_sim.scenario import schema
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies.compare import compare
from vbp_sim.studies.expectations import LEVEL, judged, verdicts
from vbp_sim.studies.paired import paired, student

FILE = """\
policy: mine
title: "Hospitals keep nothing"
asked_by: "2024 3"
for: any
changes: {laws: {national: {changes: {retention: {rule: linear, most: 0.0}}}}}
expects:
  retained_share: {sign: down, why: built-in, published: none}
  cut_ceiling: {sign: same, why: built-in, published: none}
"""


def written(folder: Path, text: str = FILE) -> Path:
    """A policy of the user's own."""
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def pilot() -> Scenario:
    return load_scenario("pilot-2018")


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("retained_share", "retained_shar", "7:3", "did you mean 'retained_share'?"),
        ("retained_share", "saving_world", "7:3", "there is no metric 'saving_world'"),
        ("sign: down", "sign: lower", "7:26", "up, down, same"),
        ("why: built-in", "why: obvious", "7:37", "built-in, emergent"),
        (", published: none}\n  cut", "}\n  cut", "7:3", "'published' is missing"),
        ("for: any", "for: [expansion-2018]", "4:7", "did you mean 'expansion-2019'?"),
        ("expects:", "expect:", "6:1", "did you mean 'expects'?"),
        ("policy: mine", "policy: a b", "1:9", "the id 'a b'"),
    ],
)
def test_what_is_wrong_in_a_policy_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, place: str, says: str
) -> None:
    file = written(tmp_path, FILE.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_policy(file)
    assert f"{file}:{place}: " in str(error.value)
    assert says in str(error.value)


def test_check_says_where_a_policy_fits_no_scenario(vbp: Any, tmp_path: Path) -> None:
    file = written(tmp_path, FILE.replace("most: 0.0", "mots: 0.0"))
    code, _, err = vbp("check", file)
    assert (code, err.count(f"{file}:5:65: "), "did you mean 'most'?" in err) == (2, 1, True)


def test_check_tries_a_policy_on_every_shipped_scenario_that_it_fits(vbp: Any, tmp_path: Path) -> None:
    file, many = written(tmp_path), len(list(shipped().glob("*.yaml")))
    assert vbp("check", file)[:2] == (0, f"{file}: OK (2 expectations, {many} scenarios)\n")
    assert vbp("check", file, "--set", "seed=2")[0] == 2
    assert json.loads(vbp("check", "share-90", "--json")[1])["files"][0]["expectations"] == 4


def test_every_shipped_policy_is_whole_and_has_a_chinese_title() -> None:
    assert len(policy_ids()) >= 10
    for id in policy_ids():
        policy = check_policy(id)[0].policy
        assert policy.policy == id
        with speaking("zh"):
            assert restate("shipped", policy.title) != policy.title
        first = (shipped() / "policies" / f"{id}.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../schema/policy.schema.json"


def test_every_shipped_policy_changes_a_scenario_that_it_is_for(pilot: Scenario) -> None:
    digests = {name: each.digest for name, each in applied([ALL], pilot).scenarios.items()}
    for name in set(policy_ids()) - set(digests):
        meant = load_policy(name).policy.meant
        one = "two-periods" if isinstance(meant, str) else meant[0]
        other = load_scenario(one if (shipped() / f"{one}.yaml").exists() else f"experiments/{one}")
        digests[name] = applied([name], other).scenarios[name].digest
        assert digests[name] != other.digest
    assert pilot.digest not in digests.values()
    assert len(set(digests.values())) == len(policy_ids())


def test_all_leaves_out_what_does_not_fit_and_says_why(pilot: Scenario) -> None:
    found = applied([ALL], pilot)
    assert found.left_out["renewal-ratchet"] == "the policy is meant for renewals, and in pilot-2018 no drug has one"
    assert "none of which is in pilot-2018" in found.left_out["brands-first"]
    assert {*found.loaded, *found.left_out} == {*policy_ids()}
    with pytest.raises(InputError, match=r"brands-first\.yaml:\d+:\d+: the policy is meant for expansion-2019"):
        applied(["brands-first"], pilot)


def test_a_policy_may_not_have_the_name_of_a_variant(tmp_path: Path, pilot: Scenario) -> None:
    mine = written(tmp_path, FILE.replace("policy: mine", "policy: two-winners"))
    with pytest.raises(InputError, match=r"mine\.yaml:1:9: pilot-2018 has a variant 'two-winners' of its own"):
        applied([mine], pilot)
    with pytest.raises(InputError, match="no policy of that name"):
        applied(["share-9"], pilot)
    with pytest.raises(InputError, match="named twice"):
        applied(["share-90", "share-90"], pilot)


def test_a_run_may_name_a_shipped_policy_as_a_variant(pilot: Scenario) -> None:
    as_variant = load_scenario("pilot-2018", "share-90")
    assert as_variant.digest == applied(["share-90"], pilot).scenarios["share-90"].digest
    assert str(as_variant.origins.of(("rounds", "pilot", "rules", "share", "table", "1"))).startswith(
        "variant share-90"
    )


UP, DOWN, STILL = [1.0, 2.0, 3.0], [-1.0, -2.0, -3.0], [0.0, 0.0, 0.0]
EITHER = [-1.0, 2.0, -0.5]


@pytest.mark.parametrize(
    ("sign", "gaps", "held"),
    [
        ("up", UP, True), ("up", DOWN, False), ("up", EITHER, None), ("up", STILL, False),
        ("down", DOWN, True), ("down", UP, False), ("down", EITHER, None), ("down", STILL, False),
        ("same", STILL, True), ("same", UP, False), ("same", [0.0, 0.0, 5e-324], False),
    ],
)  # fmt: skip
def test_signs_are_judged_by_the_interval_and_same_by_every_bit(sign: Any, gaps: Any, held: bool | None) -> None:
    assert judged(sign, paired(STILL, gaps), gaps == STILL) is held


@pytest.mark.parametrize(("sign", "at_edge"), [("up", True), ("down", False)])
def test_an_interval_that_ends_at_zero_excludes_the_other_sign(sign: Any, at_edge: bool) -> None:
    """Three replications with gaps m - 1, m and m + 1 have the half-width t / sqrt 3; m lies a millionth beside it."""
    half = student(2, LEVEL) / math.sqrt(3)
    over, under = half * (1 + 1e-6), half * (1 - 1e-6)
    assert judged(sign, paired([0.0] * 3, [over - 1, over, over + 1]), False) is at_edge
    assert judged(sign, paired([0.0] * 3, [under - 1, under, under + 1]), False) is None


@pytest.mark.parametrize("sign", ["up", "down", "same"])
def test_without_a_number_nothing_is_decided(sign: Any) -> None:
    assert judged(sign, paired([math.nan], [math.nan]), True) is None
    assert judged(sign, None, True) is None
    if sign != "same":
        assert judged(sign, paired([1.0], [2.0]), False) is None  # one replication has no interval


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6), st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6))
def test_up_holds_where_down_does_not(base: list[float], other: list[float]) -> None:
    values = other[: len(base)]
    difference, same = paired(base, values), base == values
    up, down = (judged(sign, difference, same) for sign in ("up", "down"))
    assert (up is None) == (down is None)
    assert not (up and down)
    assert judged("same", difference, same) is same
    if up is False and down is False:
        assert same or difference.mean == 0


def test_the_interval_of_signs_lies_inside_that_of_differences() -> None:
    found = paired([1.0, 2.0, 4.0], [2.0, 5.0, 3.0])
    low, high = found.interval(LEVEL)
    assert found.low < low < found.mean < high < found.high
    assert found.interval(0.95) == pytest.approx((found.low, found.high), rel=1e-12)


def test_a_metric_that_no_run_has_is_undecided(tmp_path: Path) -> None:
    loaded = load_policy(written(tmp_path, FILE.replace("cut_ceiling", "completion@renewals")))
    rows = {"base": [{"retained_share": 0.5}] * 3, "mine": [{"retained_share": 0.0}] * 3}
    differences = {"retained_share": {"mine": paired([0.5] * 3, [0.0] * 3)}}
    assert [verdict.held for verdict in verdicts({"mine": loaded}, rows, differences, "base")] == [True, None]


IDLE = FILE.replace("policy: mine", "policy: idle").replace("{laws: {national: ", "{}\n#")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, str]:
    """A comparison by the command of a shipped policy, two of a user's own, and a variant: its folder, how the policies
    were named, stdout and stderr.
    """
    folder = tmp_path_factory.mktemp("policies")
    scenario = write_scenario(folder, replications=3, variants={"grow": {"changes": {"demand": {"growth": 0.5}}}})
    idle = folder / "idle.yaml"
    idle.write_text(IDLE, encoding="utf-8")
    named = f"share-90,{written(folder)},{idle}"
    asked = ("compare", scenario, "--variants", "grow", "--policies", named, "--out", folder / "out", "--workers", 1)
    with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.redirect_stderr(io.StringIO()) as said:
        arguments = [*map(str, asked), "--lang", "en"]
        code = guarded(lambda: group.main(arguments, prog_name="vbp", standalone_mode=False))
    assert code == 0, said.getvalue()
    return folder / "out", named, shown.getvalue(), said.getvalue()


def test_a_comparison_says_what_held(compared: tuple[Path, str, str, str]) -> None:
    """One policy moves money and no bid, one nothing at all."""
    out, _, shown, said = compared
    table = shown.partition("\n\n")[2].splitlines()
    assert table[0].split() == ["policy", "metric", "expected", "difference", "why", "held"]
    assert [line.split()[0] for line in table[1:]] == ["share-90"] * 4 + ["mine"] * 2 + ["idle"] * 2
    assert "idle changed nothing: every table is that of the base, bit for bit." in said
    assert "share-90, cut_ceiling: Rules of thumb" in said
    content = json.loads((out / "comparison.json").read_text("utf-8"))
    assert {tuple(sorted(line)) for line in content["expectations"]} == {
        ("expected", "held", "metric", "policy", "why")
    }
    held = {(line["policy"], line["metric"]): line["held"] for line in content["expectations"]}
    assert held["share-90", "saving_official"] is True
    assert held["share-90", "cut_ceiling"] is False
    assert held["mine", "cut_ceiling"] is True
    assert held["idle", "cut_ceiling"] is True
    assert held["idle", "retained_share"] is False
    assert {name: told["idle"] for name, told in content["policies"].items()} == {
        "share-90": False, "mine": False, "idle": True,
    }  # fmt: skip
    manifest = json.loads((Path(content["runs"]["share-90"]) / "manifest.json").read_text("utf-8"))
    assert manifest["variant"] == "share-90"


def test_the_report_says_what_policies_expect_and_how_to_compare_them_again(
    compared: tuple[Path, str, str, str],
) -> None:
    out, named, _, _ = compared
    page = compare_page.render(Compared.open(out))
    assert f"--variants grow --policies {named}" in page
    part = page[page.index('id="expected-head"') : page.index('id="charts-head"')]
    assert "90 % of the reported volume is guaranteed, however many win (asked by 2024 3)" in part
    assert part.count("<tr>") == 1 + 8
    assert "not held" in part
    assert "Rules of thumb" in part


def test_nothing_to_compare_is_an_error(vbp: Any, tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    assert "give --variants, --policies or both" in vbp("compare", scenario)[2]
    code, _, err = vbp("compare", scenario, "--policies", "renewal-ratchet")
    assert code == 2
    assert "meant for renewals" in err
    with pytest.raises(InputError, match="nothing is to be compared"):
        compare(scenario, results=tmp_path)


def test_policies_are_listed_and_shown(vbp: Any) -> None:
    rows = json.loads(vbp("list", "policies", "--json")[1])
    assert [row["policy"] for row in rows] == [*policy_ids()]
    assert all(row["asked_by"] for row in rows)
    assert "published: none" in vbp("show", "policy", "share-90")[1]
    assert vbp("show", "policy", "share-9")[0] == 2


def test_the_schema_of_policies_has_not_drifted() -> None:
    made = schema.policy_schema()
    file = shipped() / "schema" / "policy.schema.json"
    assert file.read_text(encoding="utf-8") == schema.text_of(made), "run: vbp schema policy > " + file.name
    assert made["properties"]["changes"]["$ref"] == "#/$defs/Scenario"
    assert '"$ref": "#"' not in json.dumps(made)
