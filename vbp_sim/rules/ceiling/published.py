"""The ceiling is published per product; how it was computed is not known."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling, Known
from vbp_sim.scenario.parts import param


class Published(Ceiling):
    """The figure of the tender document (the market's ``ceiling``).

    A renewal for which the scenario gives no figure of its own does not open at that of the round before.
    """

    rule: Literal["published"] = "published"
    renewal: Literal["highest", "lowest", "published"] = param(
        "highest",
        "ceiling of a renewal whose round has no market of its own: the highest or lowest price of the agreement that "
        "ends, or the same figure again",
        source="[S71], [S72]: the renewal of stents in 2022 took the old highest price",
        confidence="S",
    )

    def price(self, known: Known) -> int:
        if known.own_figure or self.renewal == "published":
            return known.published
        return known.of(self.renewal) or known.published
