"""The shipped rule sets and laws: complete, each value with evidence of its own file, each source key in
sources.csv.
"""

import csv
import re
from pathlib import Path

import pytest

from vbp_sim.rules.library import DATA, LAWS, law, law_ids, rule_ids
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import Origins, load_part

ROUNDS = ["pilot-2018", "expansion-2019", *(f"batch-{n}" for n in (2, 3, 4, 5, 7, 8, 9, 10, 11, 12))]
SPECIAL = [
    "insulin-2021", "insulin-2024", "stents-2020", "stents-2022", "stents-2026", "joints-2021", "joints-2024",
    "spine-2022", "lenses-sports-2023", "cochlear-stents-2024", "balloons-urology-2026",
]  # fmt: skip


SHIPPED = [*rule_ids(), *law_ids()]


def shipped(id: str) -> tuple[RuleSet | LocalLaw, Origins, Path]:
    """A rule set or law, who set its values, and its file."""
    if id in law_ids():
        return *load_part(LAWS / f"{id}.yaml", LocalLaw, LAWS), LAWS / f"{id}.yaml"
    return *load_part(DATA / f"{id}.yaml", RuleSet, DATA), DATA / f"{id}.yaml"


def test_all_rounds_are_there() -> None:
    assert set(ROUNDS) | set(SPECIAL) <= set(rule_ids())
    assert sum(i.startswith(("renewal-", "alliance-")) for i in rule_ids()) >= 3


@pytest.mark.parametrize("id", SHIPPED)
def test_every_value_has_evidence(id: str) -> None:
    rules = shipped(id)[0]
    assert rules.id == id
    assert rules.title
    assert [p for p in rules.values() if rules.evidence_of(p) is None and p not in ("id", "title")] == []


@pytest.mark.parametrize("id", SHIPPED)
def test_evidence_is_not_older_than_its_value(id: str) -> None:
    """A file that replaces a value must also say where the new value comes from."""
    rules, origins, file = shipped(id)
    stale = []
    extends = re.search(r"^extends: (\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    before = shipped(extends[1])[0].values() if extends else {}
    for path, value in rules.values().items():
        if path in ("id", "title") or (path in before and before[path] == value):
            continue
        key = path
        while key and key not in rules.evidence:
            key = key.rpartition(".")[0]
        if file.name not in origins.of(("evidence", key)).place:
            stale.append(path)
    assert stale == []


@pytest.mark.parametrize("id", SHIPPED)
def test_evidence_in_a_file_points_at_a_value(id: str) -> None:
    rules, origins, file = shipped(id)
    values = rules.values()
    loose = [
        path
        for path in rules.evidence
        if file.name in origins.of(("evidence", path)).place
        and not any(v == path or v.startswith(path + ".") for v in values)
    ]
    assert loose == []


@pytest.mark.parametrize("id", SHIPPED)
def test_unknown_values_are_named_as_stand_ins(id: str) -> None:
    """What is unknown, guessed or only remembered is never silent: it stands in, or says what it would be."""
    for path, e in shipped(id)[0].evidence.items():
        if e.confidence in "UG":
            assert e.stand_in, f"{path}: {e}"
        if e.confidence in "OQSDI" and e.source:
            assert "no page found" not in e.source or e.confidence == "I", path


def test_source_keys_are_known() -> None:
    with (DATA / "sources.csv").open(encoding="utf-8") as file:
        known = {row["source"] for row in csv.DictReader(file)}
    for id in SHIPPED:
        for path, e in shipped(id)[0].evidence.items():
            used = re.findall(r"\[([A-Za-z]+\d*)\]", f"{e.source} {e.note}")
            assert set(used) <= known, f"{id} {path}"


def test_the_laws_differ_in_what_is_sourced() -> None:
    before, after, notice = (law(id) for id in ("law-2019", "law-2023", "law-2024"))
    assert [one.platform.model_dump()["outside_cap"] for one in (before, after, notice)] == [None, 1.5, 1.5]
    assert before.evidence["assessment.gate_completion"].stand_in
    assert not notice.evidence["assessment.gate_completion"].stand_in
    dates = [one.date for one in (before, after, notice)]
    assert dates == sorted(day for day in dates if day)
