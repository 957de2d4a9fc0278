"""A local law: all that governs use, payment and supervision between rounds, with the evidence for each value.

>>> from vbp_sim.rules.library import law
>>> law("law-2019").payment.due_days()
30.0
"""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from vbp_sim.rules.assessment import Assessment
from vbp_sim.rules.dated import Dated
from vbp_sim.rules.local.credit import Credit
from vbp_sim.rules.local.distribution import Distribution
from vbp_sim.rules.local.fund_budget import FundBudget
from vbp_sim.rules.local.hospital_payment import HospitalPayment
from vbp_sim.rules.local.integrity import Integrity
from vbp_sim.rules.local.markup import Markup
from vbp_sim.rules.local.platform import Platform
from vbp_sim.rules.local.quality import Quality
from vbp_sim.rules.local.review import Review
from vbp_sim.rules.local.supply_security import SupplySecurity
from vbp_sim.rules.local.watch import Watch
from vbp_sim.rules.payment import Payment
from vbp_sim.rules.reimbursement import Reimbursement
from vbp_sim.rules.retention import Retention
from vbp_sim.scenario.parts import Chosen, by_default


class LocalLaw(Dated):
    """All parts of local law; shipped ones are dated."""

    kind: ClassVar[str] = "law"

    date: datetime.date | None = Field(None, description="day from which such law was in force")
    reporting: Annotated[Review, Chosen("review", "limits")] = Field(
        description="what reports must pass, and floors under them"
    )
    watch: Annotated[Watch, Chosen("watch", "none")] = by_default(
        "what is looked at while an agreement year runs, and what follows"
    )
    assessment: Annotated[Assessment, Chosen("assessment", "points")] = Field(description="how hospitals are assessed")
    retention: Annotated[Retention, Chosen("retention", "tiers")] = Field(description="what hospitals keep of savings")
    payment: Annotated[Payment, Chosen("payment", "days")] = Field(description="who pays firms, and when")
    reimbursement: Annotated[Reimbursement, Chosen("reimbursement", "stepped")] = Field(
        description="up to which price insurance pays, and what of it"
    )
    hospital_payment: Annotated[HospitalPayment, Chosen("hospital_payment", "fee-for-service")] = by_default(
        "how the fund pays hospitals for drugs"
    )
    markup: Annotated[Markup, Chosen("markup", "percent")] = by_default("what hospitals add to prices of drugs")
    fund_budget: Annotated[FundBudget, Chosen("fund_budget", "yearly")] = by_default(
        "what the fund sets aside for the tendered drugs, and when it warns"
    )
    platform: Annotated[Platform, Chosen("platform", "cap")] = Field(
        description="which prices may stand on the procurement platform"
    )
    distribution: Annotated[Distribution, Chosen("distribution", "pass-through")] = by_default(
        "what distributors take and bring, and when they pay"
    )
    supply_security: Annotated[SupplySecurity, Chosen("supply_security", "duties")] = by_default(
        "what winners must hold in stock, and what is bought elsewhere when a shortage lasts"
    )
    quality: Annotated[Quality, Chosen("quality", "sampling")] = by_default(
        "how plants of winners are inspected and their batches sampled"
    )
    credit: Annotated[Credit, Chosen("credit", "points")] = by_default(
        "what companies are sanctioned for, how they are rated, and what follows"
    )
    integrity: Annotated[Integrity, Chosen("integrity", "campaign")] = by_default(
        "how commissions for products that were not selected are kept down"
    )


#: the parts of a law, in the order of its fields
PARTS = tuple(name for name in LocalLaw.model_fields if name != "date" and name not in Dated.model_fields)
