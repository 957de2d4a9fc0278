"""What a reporting model must do: say what each institution reports as its yearly demand."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.parts import Part
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

    @abstractmethod
    def report(self, history: History, luck: Streams) -> Floats:
        """Return reported volumes, units per year, shape (drugs, institutions)."""
        raise NotImplementedError
