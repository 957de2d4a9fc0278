"""A tender, and its bids put in order: who is valid, which rank each has, who is shortlisted.

What the rules hand to each other, below all of them: `Tender` -> `Book` (bids in order) -> `Contest` (with a shortlist)
-> `Verdict` (who won). The arrays of a `Book` have bidders on the last axis; axes before it are further draws of the
same tender, so that thousands of rounds of one drug are ordered in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray

#: ``answer(tender, offers)``: which firms of a tender accept the price that is offered to them (0 = no offer)
Answer = Callable[[int, IntArray], BoolArray]

#: stands for "no bid" where bids are compared; above every price
NONE = np.int64(2**52)


@dataclass(frozen=True)
class Tender:
    """One drug's bids. Arrays have one value per firm, shape (n,).

    ``ceiling`` and ``bids`` are whole micro-yuan per unit (0: no ceiling known, no quote); ``priority`` decides ties,
    larger first; ``related`` is the id of a group of related firms ("" = alone); ``named`` is the volume that
    institutions reported by brand; ``incumbent`` says who was selected in the agreement before; ``quality`` scores
    products from 0 to 1 where a rule asks for it; ``qualified`` is the number of firms that may bid where it is more
    than the firms that are named here; ``held``: the tender takes place even if the rules ask for more firms.
    """

    drug: str
    form: str
    drug_class: str
    ceiling: int
    firms: tuple[str, ...]
    bids: IntArray
    priority: FloatArray
    related: tuple[str, ...]
    named: FloatArray
    incumbent: BoolArray
    quality: FloatArray | None = None
    qualified: int = 0
    held: bool = False

    def of(self, firms: IntArray) -> Tender:
        """The tender as it is for some of its firms, which compete apart from the others."""
        some = firms.tolist()
        return replace(
            self,
            firms=tuple(self.firms[i] for i in some),
            bids=self.bids[firms],
            priority=self.priority[firms],
            related=tuple(self.related[i] for i in some),
            named=self.named[firms],
            incumbent=self.incumbent[firms],
            quality=None if self.quality is None else self.quality[firms],
            qualified=0,
        )


@dataclass(frozen=True)
class Book:
    """Bids in order. ``bids`` micro-yuan (..., n); ``rank`` 1 is the lowest valid bid, 0 is no valid bid.

    ``ceiling`` is 0 where none is known; ``qualified`` counts the firms that may bid, related firms as one; ``form`` of
    the drug decides which low-price line holds; ``makers`` (n) are the firms' groups, "" for a firm alone.
    """

    bids: IntArray
    valid: BoolArray
    rank: IntArray
    ceiling: int
    qualified: int
    form: str = ""
    makers: tuple[str, ...] = ()

    @property
    def bidders(self) -> IntArray:
        """Number of valid bids, shape (...)."""
        return np.asarray(self.valid.sum(axis=-1), dtype=np.int64)

    @property
    def lowest(self) -> IntArray:
        """Lowest valid bid, shape (...); `NONE` where nobody bid."""
        return self.lowest_of(self.valid)

    def lowest_of(self, who: BoolArray) -> IntArray:
        """Lowest bid among ``who`` (..., n), shape (...); `NONE` where there is nobody."""
        return np.asarray(np.where(who, self.bids, NONE).min(axis=-1, initial=NONE))

    def highest_of(self, who: BoolArray) -> IntArray:
        """Highest bid among ``who`` (..., n), shape (...); 0 where there is nobody."""
        return np.asarray(np.where(who, self.bids, 0).max(axis=-1, initial=0))


def book(
    bids: IntArray,
    ceiling: int,
    order: IntArray,
    stands: BoolArray,
    qualified: int,
    form: str = "",
    makers: tuple[str, ...] = (),
) -> Book:
    """Put bids (..., n) in order; equal bids keep ``order`` (n,), the sequence of indices that decides ties.

    A bid is valid if its firm ``stands`` (..., n), it is above zero, and it is not above the ceiling.
    """
    valid = (bids > 0) & stands
    if ceiling > 0:
        valid = valid & (bids <= ceiling)
    rank = ranks(np.where(valid, bids, NONE), order)
    return Book(bids, valid, np.where(valid, rank, 0), ceiling, qualified, form, makers)


def ranks(keys: IntArray, order: IntArray) -> IntArray:
    """Ranks 1, 2, 3 ... of keys (..., n) from the smallest; equal keys keep ``order`` (n,)."""
    place = np.argsort(keys[..., order], axis=-1, kind="stable")
    ranked = np.empty(keys.shape, dtype=np.int64)
    steps = np.broadcast_to(np.arange(1, keys.shape[-1] + 1, dtype=np.int64), keys.shape)
    np.put_along_axis(ranked, order[place], steps, axis=-1)
    return ranked


@dataclass(frozen=True)
class Contest:
    """One tender on its way: its bids in order, the number of places K, who is shortlisted, and why not, a `fact`."""

    tender: Tender
    book: Book
    places: int
    short: BoolArray
    void: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a selection rule decides on one contest; arrays (n,), prices micro-yuan, one note (a `fact`) per firm.

    ``picks``: takes part in the choice of provinces; ``order``: the indices of those, first choice first.
    """

    selected: BoolArray
    price: IntArray
    picks: BoolArray
    notes: tuple[str, ...]
    order: tuple[int, ...]


def by_rank(book: Book, who: BoolArray, price: IntArray) -> tuple[int, ...]:
    """Indices of ``who`` (n,) in the order in which they choose provinces: by price, then by rank of the bid."""
    return tuple(sorted((int(i) for i in np.flatnonzero(who)), key=lambda i: (int(price[i]), int(book.rank[i]))))


def canonical(priority: Sequence[float], firms: Sequence[str]) -> IntArray:
    """Order that decides ties: larger priority first, then the firm's name, so that the order of rows never matters."""
    return np.array(sorted(range(len(firms)), key=lambda i: (-priority[i], firms[i])), dtype=np.int64)
