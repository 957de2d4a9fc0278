"""What institutions prefer without any task: the part that all choice models share.

natural = scale (information + cost control + price log10(price ratio)) - brand x share + incentive x staff share + own
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.choice.interface import Choice, Floats, Setting
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_DCE = "discrete choice experiment with 1,047 physicians, log odds ratio [B3]"


class Preference(Choice):
    """Utility of the selected over other products from what physicians said, brands, incentives and inclination."""

    brand: float = param(1.5, "pull of originators in proportion to their earlier share", unit="logit", ge=0, le=10)
    information: float = param(
        1.179, "pull of sufficient information on the selected product", unit="logit", source=_DCE, confidence="S"
    )
    cost_control: float = param(
        0.221, "pull of cost control by the hospital", unit="logit", source=_DCE, confidence="S"
    )
    price: float = param(
        0.122, "pull of a selected price of one tenth of the others'", unit="logit", source=_DCE, confidence="S"
    )
    experiment_scale: float = param(
        1.5,
        "factor on the three pulls above: a choice task is weaker than practice",
        source="assumption, so that the selected share reaches the pilot's",
        ge=0,
        le=10,
    )
    incentive: float = param(
        1.0, "pull of keeping half of the measured surplus, of which staff get `staff_share`", unit="logit", ge=0, le=10
    )
    staff_share: float = param(
        0.5,
        "part of the retained surplus that reaches staff",
        unit="share",
        source="0.5 to 1, no page found",
        confidence="M",
        ge=0,
        le=1,
    )
    spread: float = param(
        1.1,
        "spread of institutions' own inclination",
        unit="logit",
        source="fitted to the spread of completion between drugs, 75 to 478 % [B2]",
        confidence="I",
        ge=0,
        le=10,
    )

    def natural(self, setting: Setting, luck: Streams) -> Floats:
        """See `Choice.natural`; the inclination of an institution is one draw for all its drugs."""
        experiment = self.information + self.cost_control + self.price * np.log10(np.maximum(setting.price_ratio, 1e-9))
        common = self.experiment_scale * experiment - self.brand * setting.brand
        common = common + self.incentive * self.staff_share * setting.incentive
        own = self.spread * luck.normal("choice.inclination", setting.province, at=np.arange(setting.institutions))
        return np.asarray(common[:, None] + own[None, :])
