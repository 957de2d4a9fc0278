"""What a rule set promises to k winners: volume by rank, years, and who would win a set of bids.

The bidding models know no rule by name. They ask the rules' own tender kernel who wins (`outcomes`), and the
rules' own share, term and allocation what winning is worth (`Terms`); so a new rule set needs no new bidding code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.bidding.interface import Bools, Conditions, Floats
from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Book, book
from vbp_sim.rules.money import YUAN, micro_array
from vbp_sim.rules.ruleset import RuleSet

#: sections of a rule set that bidders look at
SEEN = {"entry", "shortlist", "selection", "share", "term", "allocation"}
#: ceiling (yuan) that stands for all ceilings far above the low-price lines
HIGH = 1000.0


@dataclass(frozen=True)
class Terms:
    """What winning is worth, by number of winners k = 0 .. most (first axis).

    ``volume`` (most + 1, most): agreed volume of rank r (second axis, 0 = first) over the reported volume, V(k) s_r(k),
    where s_r(k) = b + (1 - k b) x what it drafts, b being what was named for a brand;
    ``share`` V(k); ``years`` T(k).
    """

    volume: Floats
    share: Floats
    years: Floats


def terms(conditions: Conditions, most: int) -> Terms:
    """Ask share, term and allocation of the rule set for every possible number of winners."""
    rules, weights = conditions.rules, np.array(conditions.weights)
    volume, share, years = np.zeros((most + 1, most)), np.zeros(most + 1), np.zeros(most + 1)
    for k in range(1, most + 1):
        share[k] = float(rules.share.share(k, conditions.drug_class))
        years[k] = rules.term.months(k, conditions.drug_class, conditions.start, conditions.form) / 12
        main = rules.allocation.draft(weights, k)
        drafted = share[k] * np.bincount(main, weights, k)[:k] / weights.sum()
        volume[k, :k] = share[k] * conditions.named + max(0.0, 1 - k * conditions.named) * drafted
    return Terms(volume, share, years)


@dataclass(frozen=True)
class Outcomes:
    """Who wins; arrays (..., n): ``won`` at its own bid, ``offered`` a price (micro-yuan, 0 = none); ``book`` of
    bids."""

    book: Book
    won: Bools
    offered: IntArray


def outcomes(rules: RuleSet, bids: Book) -> Outcomes:
    """Put draws of bids through shortlist, selection and revival of the rule set."""
    short = rules.shortlist.keep(bids)
    won = rules.selection.first(bids, short)
    return Outcomes(bids, won, rules.selection.offers(bids, short, won))


def count(flags: Bools) -> IntArray:
    """How many of the last axis hold, shape (...); ten times as fast as a plain sum where firms lie outermost."""
    return np.asarray(flags.view(np.int8).sum(axis=-1, dtype=np.int16), dtype=np.int64)


def entered(rivals: IntArray, own: IntArray, ceiling: int, place: int, qualified: int, form: str) -> Book:
    """The book of rivals (..., draws, n - 1) with one more bidder at index ``place``, for each of its bids ``own``
    (grid,); arrays (..., grid, draws, n), micro-yuan.

    The same as `book` of them all, but rivals are ordered once and not once for each own bid, and firms lie outermost
    in memory, where adding up over them is fast. Equal bids rank in the order of the firms.
    """
    n = rivals.shape[-1] + 1
    alone = book(rivals, ceiling, np.arange(n - 1), np.ones(n - 1, dtype=np.bool_), qualified)
    others, mine = np.moveaxis(rivals, -1, 0)[..., None, :], own[:, None]
    stands = np.moveaxis(alone.valid, -1, 0)[..., None, :]
    shape = (n, *np.broadcast_shapes(others.shape[1:], mine.shape))
    beats = (own > 0) & ((own <= ceiling) | (ceiling == 0))
    behind = np.concatenate([mine < others[:place], mine <= others[place:]])
    bids, valid, rank = (np.empty(shape, dtype=kind) for kind in (np.int64, np.bool_, np.int64))
    for part, first in ((slice(None, place), slice(None, place)), (slice(place, None), slice(place + 1, None))):
        bids[first], valid[first] = others[part], stands[part]
        rank[first] = np.moveaxis(alone.rank, -1, 0)[part][..., None, :] + (behind[part] & beats[:, None])
    bids[place], valid[place] = mine, beats[:, None]
    rank[place] = 1 + count(np.moveaxis(stands & ~behind, 0, -1))
    bids, valid, rank = (np.moveaxis(a, 0, -1) for a in (bids, valid, rank))
    return Book(bids, valid, np.where(valid, rank, 0), ceiling, qualified, form, ("",) * n)


def guaranteed(rules: RuleSet, form: str, ceiling: float) -> float:
    """Highest bid, as a share of the ceiling, that wins however low a shortlisted rival bids; 0 if there is none."""
    steps = np.arange(1, 201) / 200
    bids = np.stack([np.ones(len(steps)), micro_array(steps * ceiling)], axis=-1).astype(np.int64)
    n = next(n for n in range(2, 42) if n == 41 or rules.shortlist.places(_book(bids, n)) >= 2)
    wins = outcomes(rules, _book(bids, n, round(ceiling * YUAN), form)).won[:, 1]
    safe = steps[wins]
    return float(safe.max()) if len(safe) and safe.max() < 1 else 0.0


def most_winners(rules: RuleSet, form: str, qualified: int) -> int:
    """Most winners among so many firms, by asking the rules about equal bids."""
    return max(1, int(outcomes(rules, _book(np.ones((1, qualified), dtype=np.int64), qualified, 0, form)).won.sum()))


def _book(bids: IntArray, qualified: int, ceiling: int = 0, form: str = "") -> Book:
    n = bids.shape[-1]
    return book(bids, ceiling, np.arange(n), np.ones(n, dtype=np.bool_), qualified, form, ("",) * n)


def scale(rules: RuleSet, form: str, ceiling: float) -> float:
    """Ceiling (yuan) at which to solve: the real one, to two digits, if the rules name low prices in yuan that matter
    at it; else `HIGH`, so that drugs which differ only in scale are one case (T12).
    """
    if guaranteed(rules, form, ceiling) == guaranteed(rules, form, HIGH):
        return HIGH
    return float(f"{ceiling:.1e}")


def fingerprint(rules: RuleSet) -> str:
    """Hash of all that bidders look at in a rule set."""
    return hashlib.sha256(rules.model_dump_json(include=SEEN).encode()).hexdigest()[:16]
