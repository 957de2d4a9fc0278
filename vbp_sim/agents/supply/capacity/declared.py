"""A winner has what it declared and no more; volume beyond it passes down the list of winners.

The tender asks bidders to declare a capacity that covers the agreed volume. Here the declaration binds: provinces whose
agreed volume a winner could not make go to the next winner with room, and stay with it where nobody has any.
"""

from __future__ import annotations

from typing import Literal

from vbp_sim.agents.supply.capacity.interface import Capacity, Commitment


class Declared(Capacity):
    """The firm's own capacity, and no agreed volume beyond it while others have room."""

    model: Literal["declared"] = "declared"

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        return signed.own

    def limit(self, own: float) -> float:
        """See `Capacity.limit`."""
        return own
