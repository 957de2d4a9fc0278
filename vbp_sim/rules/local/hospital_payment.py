"""Hospital payment: how the fund pays hospitals for the drugs that they use.

    fee-for-service  the fund pays its part of the price of every unit
    case             inpatient use is paid by case (DRG, DIP), at weights that follow what was spent before
    budget           a hospital consortium has a yearly budget, keeps a surplus and shares an overspend

Example: `hospital_payment: {rule: case, coverage: 0.9, rebase_years: 2}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class HospitalPayment(Rule):
    """Kind: how the fund pays hospitals."""

    kind: ClassVar[str] = "hospital_payment"

    @abstractmethod
    def bears(self, ward: FloatArray) -> FloatArray:
        """Return the part of the fund's share of a drug's price that the hospital bears, 0 to 1, same shape as
        ``ward``: the part of the drug's use in wards (0 = not known)."""

    def by_case(self, ward: FloatArray) -> FloatArray:
        """Return the part of a drug's use that is paid by case, 0 to 1, same shape as ``ward``."""
        return np.zeros_like(ward)

    def wards(self, ward: FloatArray) -> FloatArray:
        """Return the part of a drug's use in wards, as the law takes it where the market does not know it (0)."""
        return np.asarray(ward, dtype=np.float64)


class FeeForService(HospitalPayment):
    """The fund pays its part of the price of every unit; nothing depends on what a hospital spends."""

    rule: Literal["fee-for-service"] = "fee-for-service"

    def bears(self, ward: FloatArray) -> FloatArray:
        """See `HospitalPayment.bears`."""
        return np.zeros_like(ward)


class Case(HospitalPayment):
    """Inpatient use is bundled. A hospital gets the fund's part of the earlier price, whatever it pays for the drug,
    until the weights of the groups are based on what was spent since; what that frees moves to all groups."""

    rule: Literal["case"] = "case"
    coverage: Portion = param(
        0.918, "part of inpatient use that is paid by case", "share", "end of 2025: 91.8 % of discharges", "M"
    )
    inpatient: Portion = param(
        0.5,
        "part of a drug's use in wards, where the market does not give its `inpatient_share`",
        "share",
        "2016: 59 % of hospital drug spending was inpatient; about half now; 0.4 to 0.6",
        "I",
    )
    rebase_years: int = param(
        2,
        "years of supply after which weights follow what was spent in the year before",
        "years",
        "weights rest on the costs of the last three years; 1 to 3 years",
        "M",
        ge=1,
        le=50,
    )
    rebased: Portion = param(
        0.7,
        "part of a fall in spending that is taken out of the weights then",
        "share",
        "0.3 to 1.0, no page found",
        "G",
    )
    budget_cut: Portion = param(
        0.0,
        "part of what rebasing frees by which the regional budget grows less; the rest moves to other groups",
        "share",
        "a cut by VBP alone is not to lower the budget (Shanghai's 2026 paper on batch 11)",
        "M",
    )

    def by_case(self, ward: FloatArray) -> FloatArray:
        """See `HospitalPayment.by_case`."""
        return np.asarray(self.coverage * self.wards(ward))

    def wards(self, ward: FloatArray) -> FloatArray:
        """See `HospitalPayment.wards`."""
        known = np.asarray(ward, dtype=np.float64)
        return np.where(known > 0, known, self.inpatient)

    def bears(self, ward: FloatArray) -> FloatArray:
        """See `HospitalPayment.bears`."""
        return self.by_case(ward)

    def weight(self, ratio: FloatArray) -> FloatArray:
        """Return the weight of a group over the one before any agreement, 0 to 1, same shape as ``ratio``: what was
        spent in the year before over the same use at earlier prices. A group that became dearer keeps its weight."""
        return np.asarray(1 - self.rebased * np.maximum(1 - ratio, 0))


class Budget(HospitalPayment):
    """A year's total for a consortium; what it does not spend it keeps a part of, what it overspends it shares."""

    rule: Literal["budget"] = "budget"
    keep: Portion = param(
        1.0, "part of a surplus that the consortium keeps", "share", "Sanming keeps all; 0.5 to 1, no page found", "M"
    )
    overspend: Portion = param(
        0.5, "part of an overspend that the consortium bears", "share", "0.3 to 1, no page found", "M"
    )
    limit: Portion = param(
        0.10, "overspend over the budget beyond which the fund pays alone", "share", "5 to 10 %, no page found", "M"
    )
    growth: float = param(0.0, "yearly growth of the budget", "share", ge=-0.5, le=1)
    rebased: Portion = param(0.0, "part of a year's surplus by which the next year's budget is smaller", "share")

    def bears(self, ward: FloatArray) -> FloatArray:
        """See `HospitalPayment.bears`."""
        return np.full_like(ward, self.keep)

    def settled(self, budget: FloatArray, spent: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what the consortium keeps of a year's surplus and what it bears of an overspend, yuan, of one
        shape."""
        left = np.asarray(budget) - spent
        kept = self.keep * np.maximum(left, 0)
        return np.asarray(kept), np.asarray(self.overspend * np.clip(-left, 0, self.limit * np.asarray(budget)))
