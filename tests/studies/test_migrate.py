"""Files of the first edition: refused with the lines to write instead, and rewritten without a loss."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import write_scenario

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_rules, load_scenario
from vbp_sim.scenario.laws import plain as nested
from vbp_sim.scenario.laws import values
from vbp_sim.scenario.moved import PAYMENT, REVIEW
from vbp_sim.scenario.rewrite import rewrite
from vbp_sim.scenario.tree import plain
from vbp_sim.scenario.yaml_source import parse
from vbp_sim.studies.migrate import COPY, migration

HEAD = "scenario: old  # mine\nextends: small.yaml\n"

#: every value that could stand in an old file, and what it is now
OLD: dict[str, tuple[str, str, Any]] = {
    "assessment.gate_completion": ("assessment", "gate_completion", 0.9),
    "assessment.nonselected_cap": ("assessment", "nonselected_cap", 0.4),
    "retention.tiers": ("retention", "tiers", {"60": 0.1, "70": 0.2, "80": 0.3}),
    "payment.rule": ("reimbursement", "rule", "single"),
    "payment.dear_copayment": ("reimbursement", "dear_copayment", 0.2),
    "payment.outside_cap": ("platform", "outside_cap", 1.8),
    "payment.prepayment_share": ("payment", "prepayment_share", 0.5),
    "payment.settlement_days": ("payment", "settlement_days", 60),
    "payment.arrears_days": ("payment", "arrears_days", 200),
    "payment.direct_settlement": ("payment", "direct_settlement", True),
    "payment.direct_days": ("payment", "direct_days", 10),
}
REVIEWS = {"lowest": 0.3, "highest": 0.9, "excused": 0.1, "ratchet": 0.2}


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


def old_file(folder: Path, text: str, name: str = "old.yaml", **content: Any) -> Path:
    write_scenario(folder, **content)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def migrated(file: Path) -> str:
    """The text after migration, which has nothing more to do."""
    migration(file).write()
    assert migration(file).done == ()
    return file.read_text(encoding="utf-8")


def law_of(file: Path, variant: str = "", name: str = "national") -> Any:
    laws = load_scenario(file, variant).spec.laws
    return nested(values(laws, ["national", *([name] if name != "national" else [])]))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    write_scenario(folder)
    return folder


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sets(st.sampled_from(sorted(OLD))), st.sets(st.sampled_from(REVIEW)), st.booleans(), st.booleans())
def test_every_old_value_finds_its_place_in_the_law(
    base: Path, moved: set[str], review: set[str], inside: bool, block: bool
) -> None:
    """In the scenario or in a variant, in block or in flow style."""
    rules: dict[str, Any] = {}
    for path in sorted(moved):
        part, key = path.split(".")
        rules.setdefault(part, {})[key] = OLD[path][2]
    tree: dict[str, Any] = {"rounds": {"first": {"rules": rules}}} if rules else {}
    if review:
        tree["behaviour"] = {
            "reporting": {"model": "newsvendor", "cost_ratio": 8.0, **{key: REVIEWS[key] for key in sorted(review)}}
        }
    whole = {"variants": {"v": {"changes": tree}}} if inside else tree
    text = HEAD
    for key, value in whole.items():
        shown = rewrite(f"{key}: 0\n", {key: value})
        assert shown is not None
        made = rewrite("a: 0\n", {key: value}) if block else shown
        text += made or ""
    file = base / "old.yaml"
    file.write_text(text, encoding="utf-8")
    (base / f"old.yaml{COPY}").unlink(missing_ok=True)
    if moved or review:
        with pytest.raises(InputError, match="moved to the laws of edition 2"):
            load_scenario(file, "v" if inside else "")
    new = migrated(file)
    assert new.startswith("scenario: old  # mine\nedition: 2\n")
    law = law_of(file, "v" if inside else "")
    for path in moved:
        part, key, value = OLD[path]
        assert law[part][key] == value
    for key in review:
        assert law["reporting"][key] == REVIEWS[key]
    if review:
        reporting = load_scenario(file, "v" if inside else "").spec.behaviour.reporting
        assert reporting.cost_ratio == 8.0  # type: ignore[attr-defined]
    assert (base / f"old.yaml{COPY}").read_text(encoding="utf-8") == text


def test_every_key_of_the_old_payment_is_tried() -> None:
    """What the test above tries is all that there was."""
    tried = {path.split(".")[1] for path in OLD if path.startswith("payment.")}
    assert {*PAYMENT} - tried == {"dear", "first_cut", "years"}


def test_comments_and_what_does_not_move_stay(tmp_path: Path) -> None:
    text = (
        "# top\n" + HEAD + "rounds:\n  first:\n    # the drugs\n    drugs: [alpha]  # one\n    rules:\n"
        "      # nothing for hospitals\n      retention: {rule: linear, most: 0.0}  # none\n"
        '      share: {table: {"1": 0.6}}\n# between\nreplications: 2\n# end\n'
    )
    assert migrated(old_file(tmp_path, text)) == (
        "# top\nscenario: old  # mine\nedition: 2\nextends: small.yaml\nrounds:\n  first:\n    # the drugs\n"
        '    drugs: [alpha]  # one\n    rules:\n      share: {table: {"1": 0.6}}\n# nothing for hospitals\n# none\n'
        "laws: {national: {changes: {retention: {rule: linear, most: 0.0}}}}\n# between\nreplications: 2\n# end\n"
    )


def test_several_rounds_become_laws_from_their_start_in_their_places(tmp_path: Path) -> None:
    from small import round_of

    rounds = {"first": round_of(), "second": round_of("2020-01-01")}
    text = HEAD + (
        "rounds:\n  first: {rules: {retention: {rule: linear, most: 0.4}, payment: {direct_days: 9}}}\n"
        "  second: {rules: {members: [north], assessment: {gate_completion: 0.9}}}\n"
        "variants:\n  v: {changes: {rounds: {second: {rules: {payment: {rule: single}}}}}}\n"
        "  w:\n    changes: {rounds: {second: {rules: {payment: {rule: single}}}}}\n"
        "    replaces: [rounds.second.rules.payment.rule]\n"
    )
    file = old_file(tmp_path, text, rounds=rounds)
    migrated(file)
    laws = load_scenario(file).spec.laws
    assert [(str(laws[n].since), laws[n].places) for n in ("first", "second")] == [
        ("2019-01-01", ()),
        ("2020-01-01", ("north",)),
    ]
    first, second = (law_of(file, "", name) for name in ("first", "second"))
    assert (first["retention"]["most"], first["payment"]["direct_days"]) == (0.4, 9)
    assert (second["retention"]["rule"], second["payment"]["direct_days"]) == ("tiers", 30)
    assert [one["assessment"]["gate_completion"] for one in (first, second)] == [1.0, 0.9]
    assert "assessment" not in laws["first"].changes, "nothing before it said anything else"
    assert law_of(file, "v,w", "second")["reimbursement"]["rule"] == "single"
    assert law_of(file, "v,w", "first")["reimbursement"]["rule"] == "stepped"


def test_rounds_of_one_day_that_differ_are_refused(tmp_path: Path) -> None:
    from small import round_of

    rounds = {"first": round_of(drugs=["alpha"]), "second": round_of(drugs=["beta"])}
    text = HEAD + "rounds: {second: {rules: {payment: {direct_days: 9}}}}\n"
    with pytest.raises(InputError, match="'first' and 'second' start in the same places on 2019-01-01 under different"):
        migration(old_file(tmp_path, text, rounds=rounds))


def test_a_later_round_of_all_ends_the_law_of_an_alliance(tmp_path: Path) -> None:
    from small import round_of

    rounds = {"first": round_of(), "second": round_of("2020-01-01"), "third": round_of("2021-01-01")}
    text = HEAD + "rounds: {second: {rules: {members: [north], payment: {direct_days: 9}}}}\n"
    file = old_file(tmp_path, text, rounds=rounds)
    migrated(file)
    laws = load_scenario(file).spec.laws
    assert list(laws) == ["national", "second", "third"]
    assert (laws["second"].places, laws["third"].repeals) == (("north",), ("second",))


def test_reports_by_habit_keep_the_limits_that_they_had(tmp_path: Path) -> None:
    file = old_file(tmp_path, HEAD + "behaviour: {reporting: {model: anchor, highest: 2.0}}\n")
    migrated(file)
    reporting = law_of(file)["reporting"]
    assert (reporting["lowest"], reporting["highest"]) == (0.0, 2.0)


def test_reports_by_newsvendors_that_named_no_model_stay_theirs(tmp_path: Path) -> None:
    """The model that counts where a file names none is another one today; a file with other keys is left alone."""
    file = old_file(tmp_path, HEAD + "behaviour: {reporting: {cost_ratio: 5.0, lowest: 0.3}}\n")
    migrated(file)
    reporting = load_scenario(file).spec.behaviour.reporting
    assert (reporting.part_name(), reporting.cost_ratio) == ("newsvendor", 5.0)
    other = old_file(tmp_path, HEAD + "behaviour: {reporting: {lowest: 0.3}}\n", "other.yaml")
    assert "newsvendor" not in migrated(other)


SWEEP = "sweep: s\nscenario: small.yaml\nlevers:\n"


@pytest.mark.parametrize(
    ("lever", "path", "first"),
    [
        ("{path: rounds.first.rules.retention, values: [{rule: linear, most: 0.1}]}",
         "laws.national.changes.retention", {"rule": "linear", "most": 0.1}),
        ("{path: rounds.first.rules.payment.outside_cap, low: 1, high: 2, steps: 2}",
         "laws.national.changes.platform.outside_cap", None),
        ("{path: rounds.first.rules.payment, values: [{rule: single}]}",
         "laws.national.changes.reimbursement", {"rule": "single"}),
        ("{path: rounds.first.rules.payment, values: [{direct_days: 3}]}",
         "laws.national.changes.payment", {"direct_days": 3}),
        ("{path: rounds.first.rules.payment, values: [{rule: single, direct_days: 3}]}",
         "laws.national.changes", {"reimbursement": {"rule": "single"}, "payment": {"direct_days": 3}}),
        ("{path: behaviour.reporting.lowest, values: [0.1]}", "laws.national.changes.reporting.lowest", 0.1),
        ("{path: finance.distribution_fee, values: [0.1]}", "laws.national.changes.distribution.fee", 0.1),
    ],
)  # fmt: skip
def test_levers_of_sweeps_move(tmp_path: Path, lever: str, path: str, first: Any) -> None:
    file = old_file(tmp_path, f"{SWEEP}  kept: {lever}  # a lever\n", "sweep.yaml")
    assert vbp("check", file) == 2
    new = plain(parse(migrated(file), ""))["levers"]["kept"]
    assert new["path"] == path
    assert first is None or new["values"][0] == first
    assert vbp("check", file) == 0


def test_a_lever_of_one_of_several_rounds_is_refused(tmp_path: Path) -> None:
    from small import round_of

    rounds = {"first": round_of(), "second": round_of("2020-01-01")}
    lever = "  kept: {path: rounds.first.rules.payment.direct_days, values: [1]}\n"
    file = old_file(tmp_path, SWEEP + lever, "sweep.yaml", rounds=rounds)
    with pytest.raises(InputError, match=r"sweep.yaml:4:16: .*the scenario has 2 rounds\n.*give the scenario a law"):
        migration(file)


def test_one_message_says_all_that_has_moved_and_the_lines_to_write(tmp_path: Path) -> None:
    text = HEAD + (
        "rounds: {first: {rules: {retention: {rule: linear, most: 0.0}, payment: {outside_cap: 1.2}}}}\n"
        "variants: {v: {changes: {behaviour: {reporting: {lowest: 0.8}}}}}\n"
    )
    with pytest.raises(InputError) as caught:
        load_scenario(old_file(tmp_path, text))
    (problem,) = caught.value.problems
    said = str(problem).replace(str(tmp_path) + "/", "")
    assert said.startswith("old.yaml:3:38: moved to the laws of edition 2: rounds.first.rules.retention (old.yaml")
    assert "variants.v.changes.behaviour.reporting.lowest (old.yaml:4:50)" in said
    assert "`vbp migrate old.yaml` does it; or write instead:\n    laws:" in said
    lines = said[said.index("    laws:") : said.index("\n    |")]
    assert plain(parse(lines.replace("\n    ", "\n").removeprefix("    "), "")) == {
        "laws": {
            "national": {"changes": {"retention": {"rule": "linear", "most": 0.0}, "platform": {"outside_cap": 1.2}}}
        },
        "variants": {"v": {"changes": {"laws": {"national": {"changes": {"reporting": {"lowest": 0.8}}}}}}},
    }


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("rounds.first.rules.retention.most=0.1", "--set 'laws.national.changes.retention.most=0.1'"),
        ("rounds.first.rules.payment={rule: single, direct_days: 2}",
         "--set 'laws.national.changes.reimbursement.rule=single' --set 'laws.national.changes.payment.direct_days=2'"),
        ("behaviour.reporting.ratchet:=0.8", "--set 'laws.national.changes.reporting.ratchet=0.8'"),
        ("finance.distribution_fee=0.08", "--set 'laws.national.changes.distribution.fee=0.08'"),
    ],
)  # fmt: skip
def test_a_setting_says_what_to_write(tmp_path: Path, text: str, new: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(write_scenario(tmp_path), "", [text])
    assert str(caught.value).endswith(f"moved to the laws of edition 2\n    write {new}")


def test_a_rule_set_of_ones_own_says_where_its_law_goes(tmp_path: Path) -> None:
    file = tmp_path / "gentle.yaml"
    file.write_text("extends: batch-10\npayment:\n  direct_settlement: true\n", encoding="utf-8")
    for read in (load_rules, migration):
        with pytest.raises(InputError) as caught:
            read(str(file) if read is load_rules else file)
        assert "gentle.yaml:2:1: a rule set says nothing of payment any more" in str(caught.value)
        assert "laws: {national: {changes: {payment: {direct_settlement: true}}}}" in str(caught.value)


def test_check_changes_nothing_and_ends_with_2_while_something_is_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEAD + "behaviour: {reporting: {lowest: 0.2}}\n"
    file = old_file(tmp_path, text)
    assert vbp("migrate", "--check", file) == 2
    assert file.read_text(encoding="utf-8") == text
    assert "to do" in capsys.readouterr().out
    assert vbp("migrate", file) == 0
    assert f"the old file is {file}{COPY}" in capsys.readouterr().out
    assert vbp("migrate", "--check", file) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_an_earlier_copy_is_never_written_over(tmp_path: Path) -> None:
    file = old_file(tmp_path, HEAD + "behaviour: {reporting: {lowest: 0.2}}\n")
    shutil.copy(file, f"{file}{COPY}")
    assert vbp("migrate", file) == 2
    assert "lowest: 0.2" in file.read_text(encoding="utf-8").splitlines()[-1]


def test_json_and_windows_lines_are_kept_readable(tmp_path: Path) -> None:
    file = write_scenario(tmp_path, behaviour={"reporting": {"lowest": 0.2}})
    migrated(file)
    assert law_of(file)["reporting"]["lowest"] == 0.2
    text = (HEAD + "behaviour:\n  reporting:\n    lowest: 0.2\n").replace("\n", "\r\n")
    (tmp_path / "win.yaml").write_bytes(text.encode())
    migration(tmp_path / "win.yaml").write()
    assert b"\n" not in (tmp_path / "win.yaml").read_bytes().replace(b"\r\n", b"")


def test_what_the_whole_scenario_said_is_said_by_every_law_that_begins_anew(tmp_path: Path) -> None:
    """A law that sets all values, or another rule of what is kept, would else bring the default back."""
    text = HEAD + (
        "edition: 2\nfinance: {payout_months: 6, fund_share: 0.7}\nbehaviour: {choice: {staff_share: 0.8}}\n"
        "laws:\n  notice: {from: 2019-06-01, rules: law-2024}\n"
        "  more: {from: 2019-07-01, changes: {retention: {rule: linear}}}\n"
        "  days: {from: 2019-08-01, changes: {payment: {direct_days: 9}}}\n"
    )
    file = old_file(tmp_path, text)
    with pytest.raises(InputError, match=r"behaviour.choice.staff_share") as refused:
        load_scenario(file)
    assert "finance.payout_months" in str(refused.value)
    assert "staff_share: 0.8" in str(refused.value)
    migrated(file)
    spec = load_scenario(file).spec
    for name in ("national", "notice", "more"):
        assert spec.laws[name].changes["retention"].items() >= {"payout_months": 6, "staff_share": 0.8}.items()
    assert "retention" not in spec.laws["days"].changes
    assert spec.finance.fund_share == 0.7


def test_a_variant_says_it_in_its_laws(tmp_path: Path) -> None:
    text = HEAD + (
        "edition: 2\nlaws: {notice: {from: 2019-06-01, rules: law-2024}}\n"
        "variants: {v: {changes: {finance: {payout_months: 6}}, replaces: [finance.payout_months]}}\n"
    )
    file = old_file(tmp_path, text)
    migrated(file)
    assert load_scenario(file, "v").spec.laws["notice"].changes["retention"] == {"payout_months": 6}
    assert law_of(file, "v")["retention"]["payout_months"] == 6
    assert law_of(file)["retention"]["payout_months"] == 12
    assert "replaces: [laws.national.changes.retention.payout_months]" in file.read_text(encoding="utf-8")


def test_a_setting_and_a_lever_of_what_moved_are_told_and_rewritten(tmp_path: Path) -> None:
    write_scenario(tmp_path)
    with pytest.raises(InputError, match=r"laws.national.changes.retention.payout_months=6"):
        load_scenario(tmp_path / "small.yaml", "", ["finance.payout_months=6"])
    sweep = "sweep: s\nscenario: small.yaml\nlevers:\n  staff: {path: behaviour.choice.staff_share, values: [0, 1]}\n"
    (tmp_path / "sweep.yaml").write_text(sweep, encoding="utf-8")
    assert "path: laws.national.changes.retention.staff_share" in migrated(tmp_path / "sweep.yaml")


def test_a_fee_of_finance_moves_to_the_law_and_the_rest_stays(tmp_path: Path) -> None:
    text = HEAD + (
        "edition: 2\nfinance: {distribution_fee: 0.08, vat_rate: 0.1}  # what it costs\n"
        "variants: {v: {changes: {finance: {distribution_fee: 0.02}}}}\n"
    )
    file = old_file(tmp_path, text)
    with pytest.raises(InputError, match=r"moved to the laws of edition 2: finance.distribution_fee"):
        load_scenario(file)
    new = plain(parse(migrated(file), ""))
    assert new["finance"] == {"vat_rate": 0.1}
    assert new["laws"] == {"national": {"changes": {"distribution": {"fee": 0.08}}}}
    fees = [values(load_scenario(file, v).spec.laws, ("national",)) for v in ("", "v")]
    assert [nested(fee)["distribution"]["fee"] for fee in fees] == [0.08, 0.02]


ALTERNATIVES = "behaviour.choice.alternatives is no more"


@pytest.mark.parametrize("value", ["0", "0.0", "0.4"])
def test_the_pull_of_drugs_outside_the_list_is_refused_with_what_to_write(tmp_path: Path, value: str) -> None:
    file = old_file(tmp_path, f"{HEAD}edition: 2\nbehaviour: {{choice: {{alternatives: {value}}}}}\n")
    with pytest.raises(InputError, match=f"(?s)old.yaml:4:22: {ALTERNATIVES}.*write behaviour.classes.turning"):
        load_scenario(file)
    with pytest.raises(InputError, match=ALTERNATIVES):
        load_scenario(tmp_path / "small.yaml", sets=[f"behaviour.choice.alternatives={value}"])


def test_a_pull_of_nothing_is_left_out_and_any_other_one_is_for_the_user(tmp_path: Path) -> None:
    variants = "variants: {some: {changes: {behaviour: {choice: {alternatives: 0, leaving: 0.1}}}}}\n"
    text = migrated(old_file(tmp_path, f"{HEAD}edition: 2\nbehaviour: {{choice: {{alternatives: 0.0}}}}\n{variants}"))
    assert plain(parse(text, ""))["variants"]["some"] == {"changes": {"behaviour": {"choice": {"leaving": 0.1}}}}
    assert "alternatives" not in text
    with pytest.raises(InputError, match=ALTERNATIVES):
        migration(old_file(tmp_path, variants.replace(": 0,", ": 0.4,") + HEAD, "other.yaml"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rounds: {first: {rules: {failure: {ban_months: 24}}}}", "write laws.NAME.changes.credit.listed"),
        ("behaviour: {supply: {recall_rate: 0.1}}", "write behaviour.supply.failed_batches"),
    ],
)
def test_bans_and_recalls_of_before_are_refused_with_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"(?s)is no more.*{says}"):
        load_scenario(old_file(tmp_path, f"{HEAD}edition: 2\n{text}\n"))
    with pytest.raises(InputError, match=f"(?s)is no more.*{says}"):
        load_scenario(tmp_path / "small.yaml", sets=["rounds.first.rules.failure.ban_months=3" if "ban" in text
                                                     else "behaviour.supply.recall_rate=1"])  # fmt: skip


def test_a_recall_rate_of_nothing_is_left_out(tmp_path: Path) -> None:
    text = migrated(
        old_file(tmp_path, f"{HEAD}edition: 2\nbehaviour: {{supply: {{recall_rate: 0.0, coverage: 0.5}}}}\n")
    )
    assert "recall_rate" not in text
    assert "coverage: 0.5" in text
