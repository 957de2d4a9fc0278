"""What a choice model must do: say which share of each drug's need an institution orders as the selected product."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.parts import Part
from vbp_sim.streams import Streams, Words

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """What bears on the choice in one place when agreements begin.

    Shapes: (drugs,) for ``brand`` (earlier share of originators that were not selected) and ``price_ratio``
    (non-selected over selected price); (institutions,) for ``at``, the counters of their draws, and ``level``, the
    index of each one's level in `vbp_sim.scenario.market.LEVELS`.
    """

    drugs: tuple[str, ...]
    at: Words
    level: npt.NDArray[np.intp]
    brand: Floats
    price_ratio: Floats


@dataclass(frozen=True)
class Month:
    """State at the beginning of a month. Shapes (drugs, institutions), but (drugs,) for the last ones.

    ``share`` of the need ordered as the selected product last month, ``natural`` utility, ``bought`` and ``agreed``
    selected volume of the agreement year (units), so far as the assessment asks for it, ``need`` usual monthly need
    (units); ``months_left`` of the agreement year, ``in_contract``, ``closing`` (last quarter of the agreement year).
    ``least`` is the share that the cap on products that are not selected leaves.
    """

    share: Floats
    natural: Floats
    bought: Floats
    agreed: Floats
    need: Floats
    months_left: Floats
    in_contract: Bools
    closing: Bools
    least: float = 0.0


class Choice(Part):
    """Kind: how institutions choose between the selected product and others."""

    kind: ClassVar[str] = "choice"

    @abstractmethod
    def natural(self, setting: Setting, luck: Streams) -> Floats:
        """Return the utility of the selected over other products without any task or money, shape (drugs,
        institutions)."""
        raise NotImplementedError

    @abstractmethod
    def money(self, kept: Floats) -> Floats:
        """Return the utility that money adds, same shape as ``kept``: the part of a measured surplus that an
        institution expects to keep, over the national cap of one half."""
        raise NotImplementedError

    @property
    def leaks(self) -> bool:
        """Whether any need goes to drugs outside the list, see `outside`."""
        return False

    def outside(self, share: Floats) -> Floats:
        """Return the part of the need that drugs outside the list serve instead, same shape as ``share``.

        ``share`` is the part that is ordered as the selected product.
        """
        return np.zeros_like(share)

    @abstractmethod
    def step(self, month: Month) -> Floats:
        """Return this month's share of the need ordered as the selected product, shape (drugs, institutions)."""
        raise NotImplementedError
