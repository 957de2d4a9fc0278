"""What institutions prefer without any task: the part that all choice models share.

    natural = scale (information + cost control + price log10(price ratio) + reimbursement x gap) - brand x share
              + incentive x kept by staff + margin x gain + price mark x marked
              + wards x ward + level + rigour + own - commission (1 - campaign)

A stricter shelf shows in what other molecules of the class serve, see `vbp_sim.agents.classes`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.choice.interface import Choice, Floats, Setting, Terms
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_DCE = "discrete choice experiment with 1,047 physicians, log odds ratio [B3]"


#: logit of each cause beyond which nobody, or everybody, chooses a product, to twelve digits; no sum of causes and of
#: what is stocked overflows
FARTHEST = 30.0


def _within(utility: Floats) -> Floats:
    """The same as long as it can tell."""
    return np.clip(utility, -FARTHEST, FARTHEST)


class Preference(Choice):
    """Utility of the selected over other products from what physicians said, brands, incentives and inclination."""

    brand: float = param(
        2.3,
        "pull of originators in proportion to their earlier share",
        "logit",
        "fitted with `shelves` to the selected share of 73.6 % after the pilot [B1]",
        "I",
        ge=0,
        le=10,
    )
    information: float = param(
        1.179, "pull of sufficient information on the selected product", "logit", _DCE, "S", ge=-10, le=10
    )
    cost_control: float = param(0.221, "pull of cost control by the hospital", "logit", _DCE, "S", ge=-10, le=10)
    price: float = param(
        0.122, "pull of a selected price of one tenth of the others'", "logit", _DCE, "S", ge=-10, le=10
    )
    reimbursement: float = param(
        0.249, "pull of the others being reimbursed at only a fifth", "logit", _DCE, "S", ge=-10, le=10
    )
    experiment_scale: float = param(
        1.5,
        "factor on the pulls above: a choice task is weaker than practice",
        source="assumption, so that the selected share reaches the pilot's",
        ge=0,
        le=10,
    )
    incentive: float = param(
        0.3,
        "pull of staff expecting half of the measured surplus for themselves",
        "logit",
        "assumption: 600 yuan a doctor, once and late [E13]; no effect on use is published, so 0 is possible",
        ge=0,
        le=10,
    )
    mark_pull: float = param(
        0.3,
        "push of each mark, yellow one, red two, in the month after it was earned, where the law watches",
        "logit",
        "assumption: no effect of watching is published, so 0 is possible; larger tasks raise use, 0.052 [B15]",
        ge=0,
        le=10,
    )
    margin: float = param(
        0.5,
        "pull of a gain of one earlier price a unit: from case payment, a budget, or a mark-up",
        "logit",
        "assumption: no effect on use of selected products is published, so 0 is possible",
        ge=0,
        le=10,
    )
    price_mark: float = param(
        1.2,
        "pull of all others being marked red for their price",
        "logit",
        "memory, no page found; 0 is possible",
        ge=0,
        le=10,
    )
    commission: float = param(
        0.0,
        "pull of commissions for products that were not selected, without a campaign",
        "logit",
        "assumption for stress tests, 0 to 1: hospital sales of promoted drugs dipped in late 2023, no size found",
        ge=0,
        le=10,
    )
    wards: float = param(
        0.5,
        "inclination of wards against that of clinics, where the market knows a drug's `inpatient_share`",
        "logit",
        "assumption: wards turn first; 0 is possible",
        ge=-10,
        le=10,
    )
    tertiary: float = param(
        0.2,
        "inclination of tertiary institutions against that of secondary ones",
        "logit",
        "fitted to spend by level: -47, -43, -32 % [B17]",
        "I",
        ge=-10,
        le=10,
    )
    primary: float = param(
        -0.8,
        "inclination of primary institutions against that of secondary ones",
        "logit",
        "fitted to spend by level: -47, -43, -32 % [B17]",
        "I",
        ge=-10,
        le=10,
    )
    place_spread: float = param(
        0.0,
        "how far a place's rigour moves its institutions' inclination (sd)",
        "logit",
        "assumption: adds nothing to the fit, so 0; 0.3 is possible; the same draw moves reports and payment",
        ge=0,
        le=5,
    )
    brand_stays: float = param(
        1.8,
        "odds with which originators, rather than generics, remain among what is not selected, over those before",
        source="Nanjing: losing originators -51 %, losing generics -72 % [B16]",
        confidence="S",
        gt=0,
        le=100,
    )
    leaving: Portion = param(
        0.0,
        "part of the use that originators lose whose patients get it outside VBP hospitals",
        "share",
        "assumption: prior 0.1 to 0.4; what hospitals buy tells nothing of it, so 0 unless asked for",
    )
    spread: float = param(
        1.1,
        "spread of institutions' own inclination",
        "logit",
        "fitted to the spread of completion between drugs, 75 to 478 % [B2]",
        "I",
        ge=0,
        le=10,
    )

    def natural(self, setting: Setting, luck: Streams) -> Floats:
        """See `Choice.natural`; the inclination of an institution is one draw for all its drugs."""
        ratio = np.maximum(setting.price_ratio, 1e-9)
        experiment = self.information + self.cost_control + self.price * np.log10(ratio)
        common = self.experiment_scale * experiment - self.brand * setting.brand
        common = common + self.wards * setting.ward
        own = self.spread * luck.normal("choice.inclination", at=setting.at)
        own = own + np.array([self.tertiary, 0.0, self.primary])[setting.level]
        return _within(common[:, None] + (own + self.place_spread * setting.rigour)[None, :])

    def money(self, kept: Floats) -> Floats:
        """See `Choice.money`."""
        return _within(self.incentive * kept)

    def marked(self, marks: npt.NDArray[np.int64]) -> Floats:
        """See `Choice.marked`."""
        return np.asarray(self.mark_pull * marks)

    def paid(self, terms: Terms) -> Floats:
        """See `Choice.paid`; doctors feel the part that they are paid on top of what their hospital gains."""
        gap = self.experiment_scale * self.reimbursement * terms.gap
        law = gap + self.margin * (1 + terms.tied) * terms.gain + self.price_mark * terms.marked
        return _within(law - self.commission * (1 - terms.campaign))

    def apart(self, terms: Terms) -> Floats:
        """See `Choice.apart`."""
        known = np.asarray(terms.ward) > 0
        return np.asarray(self.wards * known + self.margin * (1 + terms.tied) * np.asarray(terms.apart))

    @property
    def stays(self) -> float:
        """See `Choice.stays`."""
        return self.brand_stays

    @property
    def leaves(self) -> float:
        """See `Choice.leaves`."""
        return self.leaving
