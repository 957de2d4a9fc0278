"""What a reporting model must do: say what each institution reports as its yearly demand."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """What the institutions of one province know when they report.

    ``use`` units per year before the round, shape (drugs, institutions); ``share`` is the guaranteed share of the
    reported volume that they expect, shape (drugs,).
    """

    round: str
    province: str
    drugs: tuple[str, ...]
    use: Floats
    share: Floats


class Reporting(Part):
    """Kind: how institutions report their demand."""

    kind: ClassVar[str] = "reporting"

    named: float = param(
        0.77,
        "part of the volume that is reported by brand, where the rules ask for brands",
        unit="share",
        source="batch 11: 77 % of reporting was by brand [S28], [S43]",
        confidence="S",
        ge=0,
        le=1,
    )
    loyalty: float = param(
        1.0, "power of brands' earlier shares in what is reported for them; 0 names all alike", ge=0, le=10
    )

    @abstractmethod
    def report(self, history: History, luck: Streams) -> Floats:
        """Return reported volumes, units per year, shape (drugs, institutions)."""
        raise NotImplementedError

    def by_brand(self, reported: Floats, shares: Floats) -> Floats:
        """Return what of the reported volume (provinces,) is for each brand, units per year, (provinces, brands).

        ``shares`` (brands,) are their earlier shares; the rest of the volume is reported by generic name.
        """
        weights = shares**self.loyalty
        total = float(weights.sum())
        parts = weights / total if total > 0 else np.full(len(shares), 1 / max(len(shares), 1))
        return np.asarray(self.named * reported[:, None] * parts)
