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
#: what an institution stocks of a drug: 1 the selected product alone, -1 the other brands alone, 0 both
Stock = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Setting:
    """What bears on the choice in one place when agreements begin.

    Shapes: (drugs,) for ``brand`` (earlier share of originators that were not selected), ``price_ratio``
    (non-selected over selected price) and ``ward``, the part of the use in wards; (institutions,) for ``at``, the
    counters of their draws, and ``level``, the index of each one's level in `vbp_sim.scenario.market.LEVELS`.
    ``rigour`` is how strictly the place enforces what is asked, a standard normal draw.
    """

    drugs: tuple[str, ...]
    at: Words
    level: npt.NDArray[np.intp]
    brand: Floats
    price_ratio: Floats
    ward: Floats | float = 0.0
    rigour: float = 0.0


@dataclass(frozen=True)
class Terms:
    """What an agreement year pays institutions and patients for the selected product rather than others, (drugs,).

    ``gap``: how much less of the others' price the fund pays, 1 = a fifth of what it usually pays. ``gain`` of the
    institution per unit, over the earlier price; ``tied`` is the part of it that staff are paid. ``marked`` is the part
    of the others' volume that platforms mark as dear. ``ward`` is the part of the use in wards (0 = not known), and
    ``apart`` by how much more wards gain than clinics. ``campaign`` is the part by which commissions fall.
    """

    gap: Floats
    gain: Floats
    tied: float
    marked: Floats
    ward: Floats | float = 0.0
    apart: Floats | float = 0.0
    campaign: float = 0.0


@dataclass(frozen=True)
class Shelf:
    """What bears on which brands institutions stock when agreements begin.

    Shapes: (drugs,) for ``drugs``, (institutions,) for ``at``, the counters of their draws, (drugs, institutions) for
    ``utility`` of the selected product, ``task``, the agreed volume over the need, and ``before``, what is stocked now.
    """

    drugs: tuple[str, ...]
    at: Words
    utility: Floats
    task: Floats
    before: Stock


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
        """Return the utility that money adds, same shape as ``kept``: the part of a measured surplus that the staff of
        an institution expect, over the national cap of one half."""
        raise NotImplementedError

    def marked(self, marks: npt.NDArray[np.int64]) -> Floats:
        """Return the utility that being watched adds in a month, same shape as ``marks``: 0 none, 1 yellow, 2 red."""
        return np.zeros(marks.shape)

    @abstractmethod
    def paid(self, terms: Terms) -> Floats:
        """Return the utility that payment by law adds in an agreement year, (drugs,)."""
        raise NotImplementedError

    def apart(self, terms: Terms) -> Floats:
        """Return by how much the utility in wards exceeds that in clinics, (drugs,)."""
        return np.zeros_like(terms.gain)

    def stock(self, shelf: Shelf, luck: Streams) -> Stock | None:
        """Return what institutions stock while the agreements run, (drugs, institutions); None = both, everywhere."""
        return None

    @property
    @abstractmethod
    def stays(self) -> float:
        """Odds with which originators, rather than other generics, remain among what is not selected, over before."""

    @property
    def leaves(self) -> float:
        """Part of the use that originators lose in hospitals whose patients get it elsewhere."""
        return 0.0

    @abstractmethod
    def step(self, month: Month) -> Floats:
        """Return this month's share of the need ordered as the selected product, shape (drugs, institutions)."""
        raise NotImplementedError
