"""From files to a checked scenario: values, who set them, and what is said when they are wrong."""

from __future__ import annotations

import os
import pickle
from datetime import date
from pathlib import Path

import pytest
from scenario_making import DEMAND, DRUGS, SCENARIO, make_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make_scenario(tmp_path)


def failure(file: Path, variant: str = "", *sets: str) -> str:
    with pytest.raises(InputError) as caught:
        load_scenario(file, variant, sets)
    return str(caught.value)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    """What is said of the small scenario after replacing texts in it."""
    text = SCENARIO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return failure(make_scenario(tmp_path, text))


def test_a_scenario_is_complete_and_frozen(file: Path) -> None:
    scenario = load_scenario(file)
    assert scenario.spec.rounds["first"].calendar.opening == date(2018, 12, 6)
    assert [drug.id for drug in scenario.market.drugs] == ["alpha", "beta"]
    with pytest.raises(ValueError, match="frozen"):
        scenario.spec.seed = 2  # type: ignore[misc]


def test_a_scenario_survives_pickling(file: Path) -> None:
    scenario = load_scenario(file)
    again = pickle.loads(pickle.dumps(scenario))
    assert again.spec == scenario.spec
    assert again.digest == scenario.digest


def test_files_variants_settings_and_defaults_are_remembered(file: Path) -> None:
    origins = load_scenario(file, "more", ["seed=5"]).origins
    said = [str(origins.of(path)) for path in [("start",), ("demand", "growth"), ("seed",), ("replications",)]]
    assert said == [f"{file}:3:8", f"variant more ({file}:17:37)", "--set seed", "default"]
    assert "pilot-2018.yaml" in str(origins.of(("rounds", "first", "rules", "share", "table", "1")))


def test_the_digest_follows_values_and_market_but_not_variants_or_places(tmp_path: Path, file: Path) -> None:
    base = load_scenario(file).digest
    assert load_scenario(file, "", ["demand.growth=0.2"]).digest != base
    moved = make_scenario(tmp_path / "中 文", "# a remark\n" + SCENARIO.replace("  more:", "  mehr:"))
    assert load_scenario(moved).digest == base
    other = make_scenario(tmp_path / "b", demand=DEMAND.replace("20000", "20001"))
    assert load_scenario(other).digest != base


def test_a_variant_gives_the_same_digest_as_its_values_set_by_hand(file: Path) -> None:
    assert load_scenario(file, "more").digest == load_scenario(file, "", ["demand.growth=0.3"]).digest


def test_two_variants_that_set_one_value_need_replaces(file: Path) -> None:
    said = failure(file, "more,most")
    assert "18:29: variant 'most' and variant 'more' both set demand.growth" in said
    assert load_scenario(file, "more,over").spec.demand.growth == 0.7


def test_a_setting_over_a_variant_needs_the_replacing_sign(file: Path) -> None:
    assert "write demand.growth:=0.2 if it is meant to replace" in failure(file, "more", "demand.growth=0.2")
    assert load_scenario(file, "more", ["demand.growth:=0.2"]).spec.demand.growth == 0.2
    assert "--set seed sets this already" in failure(file, "", "seed=1", "seed=2")


def test_settings_read_values_like_yaml(file: Path) -> None:
    sets = ["rounds.first.drugs=[beta]", "title=a b", "rounds.first.calendar.start=2019-03-21"]
    spec = load_scenario(file, "", sets).spec
    assert spec.rounds["first"].drugs == ("beta",)
    assert (spec.title, spec.rounds["first"].calendar.start) == ("a b", date(2019, 3, 21))


def test_a_rule_set_can_be_replaced_and_changed_from_the_command_line(file: Path) -> None:
    rules = load_scenario(file, "", ["rounds.first.rules=expansion-2019"]).spec.rounds["first"].rules
    assert rules.id == "expansion-2019"  # type: ignore[attr-defined]
    both = ["rounds.first.rules=expansion-2019", "rounds.first.rules.share.table.1:=0.55"]
    assert load_scenario(file, "", both).spec.rounds["first"].rules.share.table["1"] == 0.55  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand.growt=1", "--set demand.growt: unknown key 'growt' in demand\n    did you mean 'growth'?"),
        ("demnad.growth=1", "--set demnad.growth: unknown key 'demnad'\n    did you mean 'demand'?"),
        (
            "rounds.frist.calendar.start=2019-01-01",
            "nothing stands at rounds.frist that this could change\n    did you mean 'first'?",
        ),
        ("rounds.first.drugs.0=a", "rounds.first.drugs.0: must be"),
        ("seed=010", "--set seed: '010' can be read"),
        ("seed", "--set seed: path=value is wanted"),
        ("a..b=1", "path=value is wanted"),
        ("variants.more.title=x", "'variants' cannot be set"),
        ("seed=x", "--set seed: seed: a whole number is wanted, here is text 'x'"),
    ],
)
def test_wrong_settings(file: Path, text: str, said: str) -> None:
    if text.startswith("rounds.first.drugs.0"):
        file.write_text(file.read_text().replace("    calendar:", "    drugs: [alpha]\n    calendar:"))
        said = "rounds.first.drugs is a list\n    set the whole list"
    assert said in failure(file, "", text)


def test_an_unknown_variant_names_the_nearest(file: Path) -> None:
    assert "--variant mroe: the scenario has no variant 'mroe'\n    did you mean 'more'?" in failure(file, "mroe")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "start: 2018-07-01",
            "strat: 2018-07-01",
            "small.yaml:3:1: unknown key 'strat'\n    did you mean 'start'?",
        ),
        ("start: 2018-07-01", "", "'start' is missing (first day of the simulation"),
        (
            "start: 2018-07-01",
            "start: 2018-13-01",
            "3:8: start: a date such as 2018-12-06 is wanted, here is text",
        ),
        ("start: 2018-07-01", "start: 2018-10-01", "3:8: start: 2018-10-01 lies after the reporting_start"),
        (
            "opening: 2018-12-06",
            "opening: 2018-01-06",
            "12:16: rounds.first.calendar.opening: 2018-01-06 lies before",
        ),
        (
            "growth: 0.1",
            "growth: 70",
            "15:18: demand.growth: must be at most 2, here is 70\n    shares are written as parts of 1",
        ),
        (
            "growth: 0.1",
            "growth: '0.1'",
            "demand.growth: a number is wanted, here is text '0.1'\n    take the quotes",
        ),
        ("growth: 0.1", "growth: true", "demand.growth: a number is wanted, here is true"),
        ("growth: 0.1", "ramp_months: 2.5", "demand.ramp_months: a whole number is wanted, here is 2.5"),
        ("growth: 0.1", "growth: [1]", "demand.growth: a number is wanted, here is a list"),
        (
            "growth: 0.1",
            "level_share: {tertiary: 1, secondary: 1, primary: 1}",
            "15:23: demand.level_share: the shares must add up to 1",
        ),
        ("demand: {growth: 0.1}", "demand: 5", "15:9: demand: a map is wanted, here is 5"),
        (
            "scenario: small",
            "scenario: 2018",
            "1:11: scenario: a text is wanted, here is 2018\n    put it in quotes",
        ),
        (
            "demand: {growth: 0.1}",
            "behaviour: {bidding: {belief_spread: 0.3}}",
            "unknown key 'belief_spread' in behaviour.bidding of 'rules-of-thumb', the default\n"
            "    it belongs to the model best-response, ",
        ),
        (
            "demand: {growth: 0.1}",
            "behaviour: {bidding: {markp: 2}}",
            "in behaviour.bidding of 'rules-of-thumb', the default\n    did you mean 'markup'?",
        ),
        (
            "demand: {growth: 0.1}",
            "behaviour: {bidding: best-response}",
            "15:22: behaviour.bidding: a map is wanted, here is text 'best-response'\n    write {model: best-response}",
        ),
        (
            "demand: {growth: 0.1}",
            "behaviour: {bidding: {model: }}",
            "15:30: behaviour.bidding.model: a model is wanted, here is nothing\n    allowed: best-response, ",
        ),
        ("market: market", "market: markt", "2:9: market: there is no folder 'markt'"),
        (
            "rules: pilot-2018",
            "rules: pilot-2081",
            "6:12: nothing is called 'pilot-2081'\n    did you mean 'pilot-2018'?",
        ),
        (
            "rules: pilot-2018",
            "rules: {extends: pilot-2018, share: {rule: by-winer}}",
            "6:48: rounds.first.rules.share.rule: there is no rule 'by-winer'\n    did you mean",
        ),
        (
            "rules: pilot-2018",
            "rules: {extends: pilot-2018, shar: {}}",
            "unknown key 'shar' in rounds.first.rules\n    did you mean 'share'?",
        ),
        (
            "rules: pilot-2018",
            "rules: pilot-2018\n    drugs: [alhpa]",
            "7:13: the market market has no drug 'alhpa'\n    did you mean 'alpha'?",
        ),
        (
            "rules: pilot-2018",
            "rules: pilot-2018\n    drugs: [beta, beta]",
            "7:19: the drug 'beta' stands twice",
        ),
        (
            "demand:",
            "behaviour: {bidding: {model: rule-of-thumb}}\ndemand:",
            "behaviour.bidding.model: there is no model 'rule-of-thumb'\n    did you mean 'rules-of-thumb'?",
        ),
        (
            "demand:",
            "behaviour: {reporting: {cost_rati: 1}}\ndemand:",
            "unknown key 'cost_rati' in behaviour.reporting",
        ),
        (
            "most: {changes: {demand",
            "most: {changes: {variants: {}, demand",
            "a variant cannot change 'variants'",
        ),
    ],
)
def test_wrong_files(tmp_path: Path, old: str, new: str, said: str) -> None:
    if "variants" in said:
        text = SCENARIO.replace(old, new)
        assert said in failure(make_scenario(tmp_path, text), "most")
    else:
        assert said in changed(tmp_path, (old, new))


@pytest.mark.parametrize("change", ["seed: 99", "replications: 3"])
def test_a_variant_cannot_change_the_luck(tmp_path: Path, change: str) -> None:
    """Alone, in a chain, or where the variant replaces what another one sets."""
    patch = f"{{changes: {{{change}, demand: {{growth: 0.7}}}}, replaces: [demand.growth]}}"
    file = make_scenario(tmp_path, SCENARIO + f"  lucky: {patch}\n")
    load_scenario(file)
    for chain in ("lucky", "more,lucky"):
        said = failure(file, chain)
        assert f"small.yaml:20:21: a variant cannot change '{change.split(':')[0]}'" in said
        assert "set it in the scenario, or with --set for all variants" in said
    assert load_scenario(file, "more", [change.replace(": ", "=")]).spec.demand.growth == 0.3


def test_all_errors_of_scenario_and_market_are_found_at_once(tmp_path: Path) -> None:
    text = SCENARIO.replace("growth: 0.1", "growht: 0.1").replace("start: 2018-07-01", "start: soon")
    file = make_scenario(tmp_path, text, drugs=DRUGS.replace("6.60", "-1"))
    said = failure(file)
    assert all(part in said for part in ("unknown key 'growht'", "start: a date", "drugs.csv:2:ceiling"))


def test_errors_of_a_variant_point_into_the_variant(tmp_path: Path) -> None:
    file = make_scenario(tmp_path, SCENARIO.replace("{growth: 0.5}", "{growht: 0.5}"))
    load_scenario(file)
    assert "small.yaml:18:29: unknown key 'growht' in demand" in failure(file, "most")


def test_a_drug_without_a_ceiling_cannot_be_tendered(tmp_path: Path) -> None:
    drugs = DRUGS.replace("15.0", "")
    assert "no ceiling in market/drugs.csv for beta" in failure(make_scenario(tmp_path, drugs=drugs))
    text = SCENARIO.replace("    calendar:", "    drugs: [alpha]\n    calendar:")
    load_scenario(make_scenario(tmp_path / "b", text, drugs=drugs))


def test_a_rule_may_make_the_ceiling_from_the_price_before(tmp_path: Path) -> None:
    text = SCENARIO.replace("pilot-2018", "{extends: pilot-2018, ceiling: {rule: RULE}}")
    drugs = DRUGS.replace("6.60", "")
    load_scenario(make_scenario(tmp_path, text.replace("RULE", "before"), drugs=drugs))
    said = failure(make_scenario(tmp_path / "b", text.replace("RULE", "published"), drugs=drugs))
    assert "no ceiling in market/drugs.csv for alpha" in said


def test_two_rounds_may_not_start_one_drug_on_one_day(tmp_path: Path) -> None:
    first = SCENARIO[SCENARIO.index("  first:") : SCENARIO.index("demand:")]
    text = SCENARIO.replace("demand:", first.replace("first:", "second:") + "demand:", 1)
    said = failure(make_scenario(tmp_path, text))
    assert "rounds 'first' and 'second' both start alpha, beta on 2019-03-20" in said
    later = text[: text.rindex("2019-03-20")] + "2019-06-01" + text[text.rindex("2019-03-20") + 10 :]
    load_scenario(make_scenario(tmp_path / "b", later))


def test_a_market_path_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    make_scenario(tmp_path / "base")
    (tmp_path / "child.yaml").write_text("extends: base/small.yaml\nseed: 9\n")
    assert load_scenario(tmp_path / "child.yaml").market.name == "market"


def test_chinese_and_spaces_in_paths(tmp_path: Path) -> None:
    file = make_scenario(tmp_path / "集 采", SCENARIO.replace("market: market", "market: 市 场"), name="试 点.yaml")
    os.rename(file.parent / "market", file.parent / "市 场")
    assert load_scenario(file).market.name == "市 场"


def test_shipped_scenarios_go_by_name_and_by_path() -> None:
    assert load_scenario("pilot-2018").digest == load_scenario("scenarios/pilot-2018.yaml").digest
    with pytest.raises(InputError, match="did you mean 'pilot-2018'"):
        load_scenario("pilot-2081")
