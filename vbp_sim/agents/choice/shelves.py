"""Shelves: an institution decides which brands of a drug it stocks, then its doctors choose among what is there.

    v = utility + task x (agreed volume / need) + habit x (shelf before) + shelf_spread z
    the selected product alone if v > breadth, the old brands alone if v < -breadth, both between

z is drawn once for each institution and drug, so a shelf changes only when its reasons do. It is decided when an
agreement begins and holds as long as that. Where both are stocked doctors go step by step, as in `partial-adjustment`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.choice.interface import Floats, Month, Shelf, Stock
from vbp_sim.agents.choice.partial_adjustment import Adjusting
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams, normal_of, words_at


class Shelves(Adjusting):
    """The pharmacy committee first, doctors afterwards."""

    model: Literal["shelves"] = "shelves"
    breadth: float = param(
        2.0,
        "how far from indifference an institution still stocks both; 0 = one brand only",
        "logit",
        "fitted; a county hospital switched 7 % of its drugs fully, 36 % partly, 41 % not [B14]",
        "I",
        ge=0,
        le=100,
    )
    shelf_spread: float = param(
        2.5, "spread of institutions' reasons for a drug's shelf, drawn once for each", "logit", ge=0, le=20
    )
    task: float = param(
        2.0, "pull of an agreed volume that is the whole need; no shelf without it completes", "logit", ge=0, le=100
    )
    habit: float = param(
        0.0,
        "pull of the shelf of the agreement before, beyond reasons that last",
        "logit",
        "assumption: adds nothing to the fit, so 0; 1 is possible",
        ge=0,
        le=100,
    )

    def stock(self, shelf: Shelf, luck: Streams) -> Stock | None:
        """See `Choice.stock`."""
        keys = luck.keys("choice.shelf", shelf.drugs)
        v = shelf.utility + self.task * shelf.task + self.habit * shelf.before
        v = v + self.shelf_spread * normal_of(words_at(keys[:, None], shelf.at))
        return np.asarray((v > self.breadth).astype(np.int8) - (v < -self.breadth).astype(np.int8))

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        return self.adjusted(month)
