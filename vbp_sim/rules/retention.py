"""Retained surplus (jieyu liuyong): the savings that count, the part that a hospital keeps, when it is paid, and what
staff get of it.

    saved     budget less spend; losses of one drug count as zero, or (``pooled``) against the surplus of the others
    kept      saved x ratio, where the ratio follows from
                tiers     the score, in steps (Shenzhen, draft of 2024)
                linear    the score, in proportion
                marginal  bands of the surplus over the budget, as a tax scale
    assessed at the end of the contract year, appropriated and paid so many months later
    staff     min(staff_share x kept, staff_ceiling)

Example: `retention: {rule: linear, most: 0.5, staff_ceiling: 200000}`.

Source: guiding opinions of the NHSA and the Ministry of Finance, June 2020.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import field_validator, model_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param, wrong

#: the national cap on the kept part of the surplus
HIGHEST = 0.5


class Retention(Rule):
    """Decides the part of the surplus that is kept; the surplus itself is the same under every choice."""

    kind: ClassVar[str] = "retention"

    kinds: Literal["all", "drug", "consumable"] = param(
        "all",
        "kinds of tendered products whose savings count",
        source="one incentive for drugs and consumables [E3]",
        confidence="S",
    )
    pooled: bool = param(
        False,
        "losses of a drug are set against the surplus of others, in an institution and round",
        "yes/no",
        "the formula is told drug by drug [E2]; six provinces pool the assessment of related products [E14]",
        "M",
    )
    count_excess: bool = param(
        False,
        "purchases of the selected product above the agreed volume count as spend",
        "yes/no",
        "[E2], Shenzhen draft of 2024: not counted",
        "S",
    )
    once: bool = param(
        False,
        "a drug that has been through one agreement with a retained surplus does not count again",
        "yes/no",
        "[E2], Shenzhen draft of 2024: yes; elsewhere unknown",
        "S",
    )
    appropriation_months: int = param(
        0, "months from the assessment to the appropriation of the retained surplus", "months", ge=0, le=60
    )
    payout_months: int = param(
        12,
        "months from the end of a contract year to the payment of the retained surplus",
        "months",
        "6 to 18 months, no page found",
        "M",
        ge=0,
        le=60,
    )
    yearly_cap: Portion | None = param(
        None,
        "most that a place appropriates in a calendar year over what its fund saved in 12 months; null: no cap",
        "share",
        "assumption: no such cap was found",
    )
    staff_share: Portion = param(
        0.5, "part of the retained surplus that reaches staff", "share", "0.5 to 1, no page found", "M"
    )
    staff_ceiling: float | None = param(
        None,
        "most that the staff of an institution get of a contract year's retained surplus; null: no ceiling",
        "yuan/institution",
        "assumption: ceilings on hospitals' pay exist; none on this money was found",
        ge=0,
        le=1e12,
    )

    on_cases: bool = param(
        True,
        "whether savings on use that is paid by case count too, although hospitals keep them already",
        "yes/no",
        "settled locally, no page found",
        "M",
    )

    @model_validator(mode="after")
    def in_order(self) -> Retention:
        """A cap is known only when a month's assessments are together."""
        least = self.appropriation_months + (self.yearly_cap is not None)
        if self.payout_months < least:
            what = f"payout_months ({self.payout_months}) must be {least} or more: the surplus is appropriated before"
            raise wrong("payout_months", what)
        return self

    @abstractmethod
    def ratio(self, score: FloatArray, passed: BoolArray, saved: FloatArray | float = 0.0) -> FloatArray:
        """Return the kept part of the surplus, 0 to 1, same shape as ``score`` (0 to 100).

        ``saved`` is the surplus over the budget, same shape.
        """

    def counts(self, kinds: Sequence[str], finished: BoolArray) -> BoolArray:
        """Return which drugs count, (drugs,), by their ``kinds``; ``finished`` have been through an agreement with a
        retained surplus."""
        mine = np.array([self.kinds in ("all", kind) for kind in kinds], dtype=np.bool_)
        return mine & ~finished if self.once else mine

    def counted(self, agreed: FloatArray, bought: FloatArray) -> FloatArray:
        """Return the selected volume that counts as spend, units, same shape as both."""
        return np.maximum(agreed, bought) if self.count_excess else agreed

    def surplus(
        self,
        base: FloatArray,
        pre_price: FloatArray,
        agreed: FloatArray,
        selected_price: FloatArray,
        nonselected_spend: FloatArray,
        payment_ratio: FloatArray | float,
        insured_share: FloatArray | float,
    ) -> FloatArray:
        """Return budget less spend, yuan a year, not below zero; arrays of one shape, (drugs, ...).

        ``base`` reported and ``agreed`` agreed volume (units; see `counted`), ``pre_price`` mean price of all products
        before and ``selected_price`` (yuan per unit), ``nonselected_spend`` (yuan), ``payment_ratio`` the
        fund's share of a covered price, ``insured_share`` the local insured patients' share of use. Pooled losses
        lower the surplus of all other drugs by the same part.
        """
        saved = np.asarray(base) * pre_price - (np.asarray(agreed) * selected_price + nonselected_spend)
        saved = saved * payment_ratio * insured_share
        gained = np.maximum(0.0, saved)
        if not self.pooled:
            return gained
        whole, above = np.maximum(0.0, saved.sum(axis=0)), gained.sum(axis=0)
        return np.asarray(gained * np.divide(whole, above, out=np.zeros_like(above), where=above > 0))

    def staff_part(self, kept: FloatArray) -> FloatArray | float:
        """Return the part of the retained surplus that staff get, from what institutions keep of a year, yuan."""
        if self.staff_ceiling is None:
            return self.staff_share
        return np.minimum(self.staff_share, self.staff_ceiling / np.maximum(kept, 1e-12))


def _scale(steps: dict[str, float], top: float, what: str) -> list[tuple[float, float]]:
    """The steps of a table in order; ValueError for one that lies outside 0 to ``top``."""
    found = sorted((float(start), part) for start, part in steps.items())
    for start, _ in found:
        if not 0 <= start <= top:
            raise ValueError(f"a part from {what} {start:g} on; {what}s are 0 to {top:g}")
    return found


class Tiers(Retention):
    """From each score on, a part of the surplus is kept; who fails the assessment keeps nothing."""

    rule: Literal["tiers"] = "tiers"
    tiers: dict[str, Portion] = param(
        {"60": 0.3, "70": 0.4, "80": 0.5},
        "part kept from each score on; that a boundary belongs to the upper step is assumed",
        "share",
        "[E2], Shenzhen draft of 2024",
        "S",
    )

    @field_validator("tiers")
    @classmethod
    def sensible(cls, tiers: dict[str, float]) -> dict[str, float]:
        if any(b[1] < a[1] for a, b in itertools.pairwise(_scale(tiers, 100, "score"))):
            raise ValueError("the part kept must not fall as the score rises")
        return tiers

    def ratio(self, score: FloatArray, passed: BoolArray, saved: FloatArray | float = 0.0) -> FloatArray:
        """See `Retention.ratio`."""
        steps = sorted((float(s), part) for s, part in self.tiers.items())
        parts = np.array([0.0] + [part for _, part in steps])
        found = np.searchsorted(np.array([s for s, _ in steps]), np.asarray(score), side="right")
        return np.where(passed, parts[found], 0.0)


class Linear(Retention):
    """Kept part = ``most`` x score / 100; who fails the assessment keeps nothing."""

    rule: Literal["linear"] = "linear"
    most: Portion = param(0.5, "part kept at full score", "share", "national cap of 2020, memory", "M")

    def ratio(self, score: FloatArray, passed: BoolArray, saved: FloatArray | float = 0.0) -> FloatArray:
        """See `Retention.ratio`."""
        return np.where(passed, self.most * np.asarray(score) / 100.0, 0.0)


class Marginal(Retention):
    """Each band of the surplus over the budget has its own kept part, whatever the score; who fails the assessment
    keeps nothing."""

    rule: Literal["marginal"] = "marginal"
    bands: dict[str, Portion] = param(
        {"0": 0.5, "0.3": 0.4, "0.6": 0.3},
        "part kept of what the surplus has in each band, from each surplus over budget on",
        "share",
        "assumption: no such scale was found; the highest part is the national cap",
    )

    @field_validator("bands")
    @classmethod
    def sensible(cls, bands: dict[str, float]) -> dict[str, float]:
        _scale(bands, 1, "surplus over budget")
        return bands

    def ratio(self, score: FloatArray, passed: BoolArray, saved: FloatArray | float = 0.0) -> FloatArray:
        """See `Retention.ratio`."""
        depth = np.broadcast_to(np.asarray(saved, dtype=np.float64), np.shape(score))
        kept: Any = np.zeros_like(depth)
        steps = _scale(self.bands, 1, "surplus over budget")
        for (start, part), end in zip(steps, [*(s for s, _ in steps[1:]), 1.0], strict=True):
            kept = kept + part * np.clip(depth - start, 0.0, end - start)
        return np.where(passed & (depth > 0), kept / np.maximum(depth, 1e-12), 0.0)
