"""What a bidding model must do: bid in one tender, and answer an offered price."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.bidding.elsewhere import Elsewhere
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.parts import Part
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Conditions:
    """What the tender document says: the rules, and what a winner may expect of them.

    ``form`` and ``drug_class`` as in the market; ``start`` first day of supply; ``weights`` (provinces,) shares of the
    round's reported volume, the same for all its drugs; ``reported`` the drug's reported volume, units per year;
    ``named`` the part of it that a brand may expect to be reported for it, which it gets if it wins. ``barred`` months
    for which a company that colluded is kept out of rounds, if it is found.
    """

    rules: RuleSet
    form: str
    drug_class: str
    start: date
    weights: tuple[float, ...]
    reported: float
    named: float = 0.0
    barred: float = 0.0


@dataclass(frozen=True)
class PastTender:
    """One drug's tender in an earlier round, as it went; arrays of shape (firms,) over the ceiling.

    ``bid`` is nan where a firm made none that was valid, ``price`` where it was not selected; ``usual`` is the usual
    cost of the generics as the trade knew it.
    """

    drug: str
    conditions: Conditions
    ceiling: float
    manufacturer: tuple[str, ...]
    originator: Bools
    bid: Floats
    price: Floats
    usual: float


@dataclass(frozen=True)
class PastRound:
    """An earlier round. How much of it firms may use is said by ``published``, as in the rule set."""

    round: str
    published: str
    tenders: tuple[PastTender, ...]


@dataclass(frozen=True)
class Opening:
    """What a firm can know when the bids of one drug are due; arrays of shape (firms,), yuan per unit.

    ``winners`` is the largest number of winners for this number of qualified firms. ``pre_share`` is each product's
    earlier share of the drug's volume, ``conditions`` the tender document; models that bid by habit do without that.
    ``capacity`` units per year that each firm can make; ``burden`` what a unit costs beside its cost because it takes
    room in a plant that other drugs need too (yuan); ``history`` the earlier rounds, first round first; ``owner`` the
    company behind each firm ("" = itself; empty = all stand alone); ``elsewhere`` what the firms sell where the law
    links prices to those of the round.
    """

    round: str
    drug: str
    ceiling: float
    winners: int
    manufacturer: tuple[str, ...]
    originator: Bools
    cost: Floats
    pre_price: Floats
    real_bid: Floats
    pre_share: Floats
    conditions: Conditions | None = None
    capacity: Floats | None = None
    burden: Floats | None = None
    history: tuple[PastRound, ...] = ()
    owner: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None

    @property
    def company(self) -> tuple[str, ...]:
        """Who decides for each firm: its owner, or itself."""
        owners = self.owner or ("",) * len(self.manufacturer)
        return tuple(owner or name for owner, name in zip(owners, self.manufacturer, strict=True))


@dataclass(frozen=True)
class Ring:
    """Firms of one drug that agreed who wins; (firms,) arrays: who is a ``member``, and what each would have bid
    ``alone``, yuan per unit (nan = no quote)."""

    member: Bools
    alone: Floats


class Bidding(Part):
    """Kind: how manufacturers bid."""

    kind: ClassVar[str] = "bidding"

    @abstractmethod
    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """Return a bid per firm, yuan per unit; nan means no quote. A bid above the ceiling is void by law."""
        raise NotImplementedError

    def round(self, openings: Sequence[Opening], luck: Streams) -> list[Floats]:
        """Return the bids of every drug of a round; a model whose firms take each drug alone leaves this as it is."""
        return [self.bids(opening, luck) for opening in openings]

    def rings(self, openings: Sequence[Opening], luck: Streams) -> list[Ring | None]:
        """Return the ring behind the bids of each drug that `round` returns; None = nobody agreed."""
        return [None] * len(openings)

    def regret(self, openings: Sequence[Opening]) -> float:
        """Most that a firm could still gain by another bid, share of its payoff; nan if none is solved."""
        return float("nan")

    @abstractmethod
    def accepts(self, opening: Opening, offers: Floats, luck: Streams) -> Bools:
        """Say per firm whether it would supply at the offered price (yuan per unit, 0 = no offer)."""
        raise NotImplementedError
