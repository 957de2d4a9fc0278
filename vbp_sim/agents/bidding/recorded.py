"""The real bids of the market, where it gives them: a replay instead of a forecast."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.bidding.interface import Bidding, Bools, Floats, Opening
from vbp_sim.streams import Streams


class Recorded(Bidding):
    """Every firm bids what it really bid; a firm without a recorded bid does not quote."""

    model: Literal["recorded"] = "recorded"

    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """Return ``real_bid`` of the market's column ``bid``."""
        return opening.real_bid

    def accepts(self, opening: Opening, offers: Floats, luck: Streams) -> Bools:
        """A second price was not recorded; a firm is taken to accept what covers its cost."""
        return np.asarray((offers > 0) & (offers >= opening.cost), dtype=np.bool_)
