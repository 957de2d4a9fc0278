"""Nobody takes over."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.failure.interface import Failure


class Nobody(Failure):
    """Unmet demand goes to non-selected products or stays unmet."""

    rule: Literal["none"] = "none"
