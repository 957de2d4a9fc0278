"""A winner keeps the capacity that it had, and installs at least what it committed itself to."""

from __future__ import annotations

from typing import Literal

from vbp_sim.agents.supply.capacity.interface import Capacity, Commitment


class Committed(Capacity):
    """The larger of the firm's own capacity and the commitment."""

    model: Literal["committed"] = "committed"

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        return max(signed.own, signed.least)
