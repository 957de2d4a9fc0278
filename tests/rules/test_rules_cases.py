"""Cases written by experts in YAML: bids or facts, a rule set, what must come out, and the source.

Each file of ``cases/`` is a map of cases by name. A case names its ``rules`` or its ``law`` (an id, or a map that
extends one), its ``source``, and one thing to check: ``bids`` with ``winners``, or ``agreed``, ``term``, ``draft``,
``standard``, ``retained``, ``comparable``, ``ceiling``, ``next_year``, ``takes_over``, ``volumes``.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rules_making import tender

from vbp_sim.report.words.sentences import said
from vbp_sim.rules.ceiling import Known
from vbp_sim.rules.contest import Tender
from vbp_sim.rules.library import DATA, LAWS, law, rule_set
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.money import micro, text
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import award_all
from vbp_sim.scenario.load import load_part

CASES = {
    f"{file.stem}/{name}": case
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for name, case in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}


def rules_of(case: dict[str, Any], folder: Path) -> RuleSet | LocalLaw:
    """The rule set or the law that a case names or extends."""
    what = "law" if "law" in case else "rules"
    if isinstance(case[what], str):
        return law(case[what]) if what == "law" else rule_set(case[what])
    file = folder / "rules.yaml"
    file.write_text(yaml.safe_dump(case[what]), encoding="utf-8")
    return load_part(file, LocalLaw, LAWS)[0] if what == "law" else load_part(file, RuleSet, DATA)[0]


def tender_of(drug: str, facts: dict[str, Any]) -> Tender:
    firms = list(facts["bids"])

    def column(name: str, default: Any) -> list[Any]:
        return [facts.get(name, {}).get(firm, default) for firm in firms]

    made = tender(
        [facts["bids"][f] or 0 for f in firms],
        facts.get("ceiling", 0),
        drug=drug,
        firms=firms,
        priority=column("priority", 0.0),
        related=column("related", ""),
        named=column("named", 0.0),
        incumbent=[f in facts.get("incumbent", ()) for f in firms],
        form=facts.get("form", "oral-solid"),
        drug_class=facts.get("class", "ordinary"),
    )
    quality = np.array(column("quality", 0.0)) if "quality" in facts else None
    return Tender(**{**made.__dict__, "quality": quality, "qualified": facts.get("qualified", 0), "held": True})


def check_bids(case: dict[str, Any], rules: RuleSet) -> None:
    drugs = case.get("drugs", {"drug": case})
    tenders = [tender_of(name, facts) for name, facts in drugs.items()]
    accepting = set(case.get("accept", ()))

    def answer(i: int, offers: np.ndarray) -> np.ndarray:
        return np.array([f in accepting for f in tenders[i].firms]) & (offers > 0)

    for award, made, facts in zip(award_all(tenders, rules, answer), tenders, drugs.values(), strict=True):
        firms = made.firms
        won = {firms[i]: text(award.price[i]) for i in np.flatnonzero(award.selected)}
        assert won == {f: text(micro(str(p))) for f, p in facts["winners"].items()}, award.reasons
        if "order" in facts:
            assert [firms[i] for i in award.order] == facts["order"]
        if "shortlisted" in facts:
            assert {firms[i] for i in np.flatnonzero(award.shortlisted)} == set(facts["shortlisted"])
        if "grades" in facts:
            assert {f: g for f, g in zip(firms, award.grades, strict=True) if g} == facts["grades"]
        for firm, part in facts.get("reasons", {}).items():
            assert part in said(award.reasons[firms.index(firm)])


def check_agreed(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["agreed"]
    share = rules.share.share(
        facts["winners"],
        facts.get("class", ""),
        grade=facts.get("grade", ""),
        incumbent=facts.get("incumbent", False),
    )
    assert float(share * facts["reported"]) == pytest.approx(facts["volume"], abs=case.get("tolerance", 1e-9))


def check_term(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["term"]
    start = facts.get("start", date(2020, 1, 1))
    months = rules.term.months(facts["winners"], facts.get("class", ""), start, facts.get("form", ""))
    assert months == facts["months"]


def check_draft(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["draft"]
    provinces = list(facts["reported"])
    weights = np.array([facts["reported"][p] for p in provinces], dtype=float)
    main = rules.allocation.draft(weights, facts["winners"])
    assert dict(zip(provinces, (main + 1).tolist(), strict=True)) == facts["main"]
    if "backup" in facts:
        backup = rules.backup.assign(weights, main, facts["winners"])
        assert dict(zip(provinces, (backup + 1).tolist(), strict=True)) == facts["backup"]


def check_counts(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["counts"]
    main = rules.allocation.draft(np.linspace(2, 1, facts["provinces"]), facts["winners"])
    assert np.bincount(main).tolist() == facts["main"]


def check_standard(case: dict[str, Any], law: LocalLaw) -> None:
    facts = case["standard"]
    for year, expected in facts["by_year"].items():
        seen = law.reimbursement.standard(np.array([facts["price"]]), np.array([facts["selected"]]), int(year))[0]
        assert seen == pytest.approx(expected, abs=case.get("tolerance", 1e-9))


def check_retained(case: dict[str, Any], law: LocalLaw) -> None:
    facts = case["retained"]
    value = {k: np.array([float(v)]) for k, v in facts.items() if k not in ("score", "surplus", "kept")}
    surplus = law.retention.surplus(**value)
    assert surplus[0] == pytest.approx(facts["surplus"], abs=case.get("tolerance", 1e-6))
    kept = surplus * law.retention.ratio(np.array([float(facts["score"])]), np.array([True]))
    assert kept[0] == pytest.approx(facts["kept"], abs=case.get("tolerance", 1e-6))


def check_assessed(case: dict[str, Any], law: LocalLaw) -> None:
    facts = case["assessed"]
    completion, other = np.array([facts["completion"]]), np.array([facts["nonselected"]])
    assert bool(law.assessment.passed(completion, other)[0]) == facts["passed"]
    if "score" in facts:
        score = law.assessment.score(completion, other, np.array([facts["on_time"]]))[0]
        assert score == pytest.approx(facts["score"])


def check_comparable(case: dict[str, Any], rules: RuleSet) -> None:
    facts = {k: Decimal(str(v)) for k, v in case["comparable"].items()}
    assert rules.conversion.comparable(facts["bid"], facts["content"], facts.get("pack", Decimal(1))) == facts["price"]


def check_ceiling(case: dict[str, Any], rules: RuleSet) -> None:
    facts = dict(case["ceiling_from"])
    price, own_figure = micro(str(facts.pop("price"))), facts.pop("own_figure", True)
    assert rules.ceiling.own_price_binds == facts.pop("own_price_binds", rules.ceiling.own_price_binds)
    known = Known(own_figure=own_figure, **{k: micro(str(v)) for k, v in facts.items()})
    assert rules.ceiling.price(known) == price


def check_next_year(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["next_year"]
    seen = rules.contract.next_year(np.array([facts["agreed"]]), np.array([facts["bought"]]))[0]
    assert seen == pytest.approx(facts["volume"])


def check_failure(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["failure"]
    assert rules.failure.takes_over == facts["takes_over"]


def check_volumes(case: dict[str, Any], rules: RuleSet) -> None:
    facts = case["volumes"]
    seen = rules.share.volumes(np.array(facts["reported"], dtype=float), facts["grades"])
    assert seen.tolist() == pytest.approx(facts["agreed"])


def check_paid(case: dict[str, Any], law: LocalLaw) -> None:
    facts = case["paid"]
    seen = law.reimbursement.fund_pays(np.array([facts["price"]]), np.array([facts["standard"]]), facts["fund_share"])[
        0
    ]
    assert seen == pytest.approx(facts["fund"])
    if "due_days" in facts:
        assert law.payment.due_days() == facts["due_days"]


def check_outside(case: dict[str, Any], law: LocalLaw) -> None:
    facts = case["outside"]
    seen = law.platform.outside_price(np.array([facts["selected"]]), np.array([facts["highest"]]))[0]
    assert seen == pytest.approx(facts["price"])


CHECKS: dict[str, Callable[[dict[str, Any], Any], None]] = {
    "bids": check_bids,
    "drugs": check_bids,
    "agreed": check_agreed,
    "term": check_term,
    "draft": check_draft,
    "counts": check_counts,
    "standard": check_standard,
    "retained": check_retained,
    "assessed": check_assessed,
    "comparable": check_comparable,
    "ceiling_from": check_ceiling,
    "next_year": check_next_year,
    "failure": check_failure,
    "volumes": check_volumes,
    "paid": check_paid,
    "outside": check_outside,
}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert case["source"], "every case says where it comes from"
    checks = [CHECKS[key] for key in case if key in CHECKS]
    assert checks, f"nothing to check; one of {', '.join(CHECKS)}"
    for check in checks:
        check(case, rules_of(case, tmp_path))
