"""What institutions expect: of payment by law, of their assessment, and so of the surplus that staff get a part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.choice.interface import Terms
from vbp_sim.engine.prices import Others
from vbp_sim.engine.response import Sides, felt, terms
from vbp_sim.engine.world import World
from vbp_sim.rules.assessment import Assessment
from vbp_sim.rules.retention import Retention
from vbp_sim.streams import Words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Assessed:
    """How the institutions of a place stood at the end of their last agreement year, (drugs, institutions); nan = they
    were never assessed for the drug."""

    completion: Floats
    nonselected: Floats


class Expecting(Protocol):
    """What is read of a place (`Place`), and never written."""

    index: int
    at: Words
    usual: Floats
    months: Ints
    begins: Ints
    term: Ints
    agreed: Floats
    reported: dict[str, Floats]
    plain: Floats
    paying: Floats
    on_time: Bools
    completion: Floats
    other_share: Floats
    finished: Bools

    def sides(self, drug: int) -> tuple[float, Others]:
        """Price of the selected side of a drug, and what it is chosen against."""


def staff_expect(world: World, place: Expecting, m: int, drugs: list[int]) -> Floats:
    """Part of the surplus that the staff of each institution expect in the years that begin, (drugs, institutions)."""
    assessment, retention = (world.laws.part(kind, place.index, m) for kind in ("assessment", "retention"))
    agreed, need = place.agreed[drugs], place.usual[drugs] * place.months[drugs, None]
    before = Assessed(place.completion[drugs], place.other_share[drugs])
    utility = place.plain[drugs] + place.paying[drugs, None]
    budget, surplus = np.zeros_like(agreed), np.zeros_like(agreed)
    running = [i for i, d in enumerate(drugs) if place.term[d]]
    if running:
        mine = [drugs[i] for i in running]
        past = Assessed(before.completion[running], before.nonselected[running])
        _, other = outlook(assessment, agreed[running], need[running], utility[running], past)
        budget[running], surplus[running] = _money(world, place, retention, mine, need[running] * other)
    saved = surplus / np.maximum(budget, 1e-12)
    ratio = expected_ratio(assessment, retention, agreed, need, utility, place.on_time, before, saved)
    ratio = ratio * retention.counts([world.market.drugs[d].kind for d in drugs], place.finished[drugs])[:, None]
    return np.asarray(ratio * retention.staff_part((ratio * surplus).sum(axis=0)))


def terms_of(world: World, place: Expecting, m: int, drugs: list[int]) -> Terms:
    """What the law pays for selected products rather than others in the agreement years that begin."""
    sides, others = _sides(world, place, m, drugs)
    payment, reimbursement, markup, platform = (
        world.laws.part(kind, place.index, m) for kind in ("hospital_payment", "reimbursement", "markup", "platform")
    )
    known = np.array([world.market.drugs[d].inpatient_share for d in drugs])
    bears, ward, by_case = payment.bears(known), payment.wards(known), payment.by_case(known)
    gap, gain, whole = terms(sides, bears, markup.rate, reimbursement, world.spec.finance)
    marked = np.array([
        float(np.dot(o.parts, platform.marks(np.array(o.prices) / price)))
        for price, o in zip(sides.price, others, strict=True)
    ])  # fmt: skip
    apart = whole * np.divide(by_case, ward, out=np.zeros_like(ward), where=ward > 0)
    campaign = world.laws.part("integrity", place.index, m).campaign
    return Terms(gap, gain, markup.tied, marked, known, apart, campaign)


def felt_of(world: World, place: Expecting, m: int, drugs: list[int], going: Floats) -> Floats:
    """What a unit of drugs is felt to cost in the year that begins, (drugs,); the part ``going`` to the selected
    product is expected."""
    law = world.laws.part("reimbursement", place.index, m)
    return felt(going, _sides(world, place, m, drugs)[0], law, world.spec.finance)


def _sides(world: World, place: Expecting, m: int, drugs: list[int]) -> tuple[Sides, list[Others]]:
    """What some drugs cost a place in the agreement years that begin, and what they are chosen against."""
    prices, others = zip(*map(place.sides, drugs), strict=True)
    part, brand, generic = np.array([[o.originator_part, o.originator_price, o.generic_price] for o in others]).T
    years = (m - place.begins[drugs]) // 12 + 1
    return Sides(np.array(prices), part, brand, generic, world.prices.mean[drugs, place.index], years), [*others]


def _money(
    world: World, place: Expecting, retention: Retention, drugs: list[int], others: Floats
) -> tuple[Floats, Floats]:
    """Budget and surplus that institutions expect of agreements, yuan, with ``others`` units not selected."""
    p, finance = place.index, world.spec.finance
    found = [
        (agreement.price_before[p], place.reported[agreement.round][d], *place.sides(d))
        for d in drugs
        if (agreement := world.shelves[d].of(p)) is not None
    ]
    before, reported, price, sides = zip(*found, strict=True)
    base = np.array(reported) * (place.months[drugs] / 12)[:, None]
    budget = base * np.array(before)[:, None]
    spent = others * np.array([side.price for side in sides])[:, None]
    surplus = retention.surplus(
        base, np.array(before)[:, None], place.agreed[drugs], np.array(price)[:, None], spent, finance.fund_share,
        finance.insured_share,
    )  # fmt: skip
    return budget * finance.covered, surplus


def outlook(
    assessment: Assessment, agreed: Floats, need: Floats, utility: Floats, before: Assessed
) -> tuple[Floats, Floats]:
    """Completion that institutions expect, and their share of products that are not selected, (drugs, institutions).

    Who has been assessed expects the same again. Who has not reckons with its inclination (``utility`` of the selected
    product, logit) and with doing what the task asks, as far as its ``need`` of the year allows: ``agreed`` and
    ``need`` in units.
    """
    liked, asked = 1 / (1 + np.exp(-utility)), assessment.task * agreed / np.maximum(need, 1e-12)
    share = np.maximum(liked, np.minimum(1.0, asked))
    able = np.divide(need, agreed, out=np.ones_like(need), where=agreed > 0)
    hoped = np.maximum(liked * able, np.minimum(assessment.task, able))  # what is done on purpose is done exactly
    new = np.isnan(before.completion)
    return np.where(new, hoped, before.completion), np.where(new, 1 - share, before.nonselected)


def expected_ratio(
    assessment: Assessment,
    retention: Retention,
    agreed: Floats,
    need: Floats,
    utility: Floats,
    on_time: Bools,
    before: Assessed,
    saved: Floats | float = 0.0,
) -> Floats:
    """Part of the surplus that each institution expects to keep at the score that it expects (see `outlook`), (drugs,
    institutions).

    ``on_time`` (institutions,): it pays when it is due; ``saved`` is the surplus that it expects over the budget.
    Without an agreed volume nothing is kept.
    """
    completion, other = outlook(assessment, agreed, need, utility, before)
    passed = assessment.passed(completion, other) & (agreed > 0)
    score = assessment.score(completion, other, on_time.astype(np.float64))
    return np.asarray(retention.ratio(score, passed, saved))
