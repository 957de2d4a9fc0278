"""One tender as a solver of bids sees it, and nothing else: scaled, resolved, without ids, dates and names.

Solvers know no rule by name. They ask the rules' own tender kernel who wins (`outcomes`); what winning is worth is
written out in numbers, asked once of share, term and allocation. So a new rule set needs no new bidding code, and a
solver cannot read what is not in its case: the key under which its answer is kept (`store`) leaves out nothing.

    case_of(conditions, ceiling=12.5, qualified=7, lost=0.875)
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields, replace

import numpy as np

from vbp_sim.agents.bidding.interface import Bools, Conditions
from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Book, book
from vbp_sim.rules.money import YUAN, micro_array
from vbp_sim.rules.selection import Selection
from vbp_sim.rules.shortlist import Shortlist
from vbp_sim.streams import Streams

#: ceiling (yuan) that stands for all ceilings far above the low-price lines
HIGH = 1000.0
#: sets of bids by which a form is told from others
PROBES = 200


@dataclass(frozen=True)
class Case:
    """What is decided and what it is worth, by number of winners k = 0 .. ``qualified`` (n).

    ``shortlist`` and ``selection`` are the rules' own parts, ``form`` and ``ceiling`` (yuan) what they are told of the
    drug: "" and `HIGH` where others would be treated alike. All n firms may bid and count for the rules.
    ``share`` (n + 1,) is V(k), agreed over reported volume; ``years`` (n + 1,) T(k); ``volume`` (n + 1, n) the agreed
    volume of rank r (second axis, 0 = first) over the reported volume, V(k) s_r(k), where
    s_r(k) = b + (1 - k b) x what it drafts, b being what was named for a brand. ``lost`` is eta, the volume that a
    product loses per unit of guaranteed share if it is not selected.
    """

    shortlist: Shortlist
    selection: Selection
    form: str
    ceiling: float
    qualified: int
    share: tuple[float, ...]
    years: tuple[float, ...]
    volume: tuple[tuple[float, ...], ...]
    lost: float


@dataclass(frozen=True)
class Outcomes:
    """Who wins; arrays (..., n): ``won`` at its own bid, ``offered`` a price (micro-yuan, 0 = none); ``book`` of
    bids."""

    book: Book
    won: Bools
    offered: IntArray


def case_of(conditions: Conditions, ceiling: float, qualified: int, lost: float, scaled: bool = True) -> Case:
    """The case of a drug with this ceiling (yuan) for which so many firms may bid.

    Drugs that differ only in scale, or in a form that the rules treat alike, are one case (T12); a ceiling near the
    low-price lines is taken to two digits. Not ``scaled``, for bids that were really made: ceiling and form as given.
    """
    return _case(_Document(conditions), float(ceiling), qualified, float(lost), scaled)


class _Document:
    """Conditions with a hash: rules are frozen, but hold tables and have none, so they are told apart by identity."""

    def __init__(self, conditions: Conditions) -> None:
        values = (getattr(conditions, f.name) for f in fields(conditions) if f.name != "rules")
        self.conditions, self.key = conditions, (id(conditions.rules), *values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@functools.lru_cache(maxsize=1024)
def _case(document: _Document, ceiling: float, qualified: int, lost: float, scaled: bool) -> Case:
    """Make the case once for all replications; the cache holds the rules, so that no others get their identity."""
    conditions, rules = document.conditions, document.conditions.rules
    share, years, volume = _worth(conditions, qualified)
    case = Case(rules.shortlist, rules.selection, conditions.form, ceiling, qualified, share, years, volume, lost)
    return _scaled(case) if scaled else case


def outcomes(case: Case, bids: Book) -> Outcomes:
    """Put draws of bids through shortlist, selection and revival."""
    short = case.shortlist.keep(bids)
    won = case.selection.first(bids, short)
    return Outcomes(bids, won, case.selection.offers(bids, short, won))


def guaranteed(case: Case) -> float:
    """Highest bid, as a share of the ceiling, that wins however low a shortlisted rival bids; 0 if there is none."""
    steps = np.arange(1, 201) / 200
    bids = np.stack([np.ones(len(steps)), micro_array(steps * case.ceiling)], axis=-1).astype(np.int64)
    n = next(n for n in range(2, 42) if n == 41 or case.shortlist.places(_book(bids, n)) >= 2)
    wins = outcomes(case, _book(bids, n, round(case.ceiling * YUAN), case.form)).won[:, 1]
    safe = steps[wins]
    return float(safe.max()) if len(safe) and safe.max() < 1 else 0.0


def most_winners(case: Case) -> int:
    """Most winners among all qualified firms, by asking the rules about equal bids."""
    bids = np.ones((1, case.qualified), dtype=np.int64)
    return max(1, int(outcomes(case, _book(bids, case.qualified, 0, case.form)).won.sum()))


def _worth(
    conditions: Conditions, most: int
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[tuple[float, ...], ...]]:
    """Ask share, term and allocation of the rules for every possible number of winners: V, T and V s."""
    rules, weights = conditions.rules, np.array(conditions.weights)
    volume, share, years = np.zeros((most + 1, most)), np.zeros(most + 1), np.zeros(most + 1)
    for k in range(1, most + 1):
        share[k] = float(rules.share.share(k, conditions.drug_class))
        years[k] = rules.term.months(k, conditions.drug_class, conditions.start, conditions.form) / 12
        main = rules.allocation.draft(weights, k)
        drafted = share[k] * np.bincount(main, weights, k)[:k] / weights.sum()
        volume[k, :k] = share[k] * conditions.named + max(0.0, 1 - k * conditions.named) * drafted
    return tuple(share.tolist()), tuple(years.tolist()), tuple(tuple(row) for row in volume.tolist())


def _scaled(case: Case) -> Case:
    """The case that stands for all that differ from it only in scale, or in a form that is treated alike."""
    high = replace(case, ceiling=HIGH)
    case = high if guaranteed(case) == guaranteed(high) else replace(case, ceiling=float(f"{case.ceiling:.1e}"))
    plain = replace(case, form="")
    return plain if _alike(case, plain) else case


def _alike(one: Case, two: Case) -> bool:
    """Whether two forms are treated alike, by asking the rules about many sets of bids all over the ceiling."""
    luck = Streams(0, 0).uniform("bidding.probes", at=np.arange(PROBES * one.qualified))
    bids = micro_array(one.ceiling * 0.004 ** luck.reshape(PROBES, one.qualified))
    a, b = (outcomes(c, _book(bids, c.qualified, round(c.ceiling * YUAN), c.form)) for c in (one, two))
    return np.array_equal(a.won, b.won) and np.array_equal(a.offered, b.offered)


def _book(bids: IntArray, qualified: int, ceiling: int = 0, form: str = "") -> Book:
    n = bids.shape[-1]
    return book(bids, ceiling, np.arange(n), np.ones(n, dtype=np.bool_), qualified, form, ("",) * n)
