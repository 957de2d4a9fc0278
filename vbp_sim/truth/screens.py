"""Screens for collusion among the bidders of a tender, with their error rates from simulated rounds.

    rates = error_rates(read_market_of("batch-3"), load_rules("batch-3")[0], rounds=100)
    rates.of("cv").detection, observed(rates, [of_market(market, rules)])

A screen is a number of a tender's valid bids that lies low or high when bidders agree. Its threshold is a quantile of
rounds that are simulated without rings; how often it is passed without a ring is measured on other rounds than those
that set it, and with rings on rounds of the model `collusion-ring`. Nothing here keeps the name of a drug or a firm:
what comes out are shares of tenders. A share says nothing of one tender, and is no proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.bidding.collusion_ring import CollusionRing
from vbp_sim.errors import InputError, Problem
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.workers import Workers, default_workers
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams
from vbp_sim.truth.backtest import Predicted, Prediction, blind, openings_of, predict
from vbp_sim.truth.replay import replay

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: fewest valid bids of a tender that is screened, and fewest such tenders of a round
BIDS, TENDERS = 3, 5
#: half-width of the 90 % interval of a normal law, in standard deviations
Z = 1.6449
#: bids that differ by less than this part are equal: prices are rounded per pack
SAME = 1e-3
#: simulated rounds of one task of a worker
CHUNK = 10

IMHOF = "Imhof 2017, Simple Statistical Screens to Detect Bid Rigging, Fribourg WP 484"
ABRANTES = "Abrantes-Metz, Froeb, Geweke, Taylor 2006, A variance screen for collusion, IJIO 24(3)"
WALLIMANN = "Wallimann, Imhof, Huber 2020, arXiv 2004.05629"
OECD = "OECD 2009, Guidelines for Fighting Bid Rigging in Public Procurement"


def cv(bids: Floats) -> float:
    """Coefficient of variation of sorted bids."""
    return float(bids.std(ddof=1) / bids.mean())


def spread(bids: Floats) -> float:
    """Highest less lowest of sorted bids, over the lowest."""
    return float((bids[-1] - bids[0]) / bids[0])


def kurtosis(bids: Floats) -> float:
    """Excess kurtosis of sorted bids, corrected for their number; nan for fewer than four or no variance."""
    n, s = len(bids), bids.std(ddof=1)
    if n < 4 or s <= SAME * bids.mean():
        return float("nan")
    fourth = float((((bids - bids.mean()) / s) ** 4).sum())
    return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


def skewness(bids: Floats) -> float:
    """Skewness of sorted bids, corrected for their number; nan without variance."""
    n, s = len(bids), bids.std(ddof=1)
    if s <= SAME * bids.mean():
        return float("nan")
    return n / ((n - 1) * (n - 2)) * float((((bids - bids.mean()) / s) ** 3).sum())


def distance(bids: Floats) -> float:
    """Second lowest less lowest of sorted bids, over the standard deviation of all but the lowest; infinite where
    these are equal, nan where all are."""
    gap, s = float(bids[1] - bids[0]), float(bids[1:].std(ddof=1))
    if s <= SAME * float(bids[1]):
        return float("inf") if gap > SAME * float(bids[0]) else float("nan")
    return gap / s


def equal(bids: Floats) -> float:
    """Part of the sorted bids that equal another one."""
    same = np.diff(bids) <= SAME * bids[:-1]
    return float((np.append(same, False) | np.insert(same, 0, False)).mean())


@dataclass(frozen=True)
class Screen:
    """A number of a tender's sorted bids, shape (bids,); ``side`` 1: high when bidders agree, -1: low."""

    formula: Callable[[Floats], float]
    side: int
    source: str


SCREENS = {
    "cv": Screen(cv, -1, f"{ABRANTES}; {IMHOF}"),
    "spread": Screen(spread, -1, WALLIMANN),
    "kurtosis": Screen(kurtosis, 1, IMHOF),
    "skewness": Screen(skewness, -1, IMHOF),
    "distance": Screen(distance, 1, IMHOF),
    "equal": Screen(equal, 1, OECD),
}


def screened(bids: Floats) -> Floats:
    """All screens of a tender, shape (screens,), turned so that high is suspicious; nan where there are too few bids.
    ``bids`` are the valid ones, in any order."""
    if len(bids) < BIDS:
        return np.full(len(SCREENS), np.nan)
    in_order = np.sort(bids)
    return np.array([screen.side * screen.formula(in_order) for screen in SCREENS.values()])


@dataclass(frozen=True)
class Share:
    """A share of ``n`` cases with its 90 % interval (Wilson 1927); nan of no cases."""

    value: float
    low: float
    high: float
    n: int


def share_of(flags: Bools) -> Share:
    """The share of true flags."""
    n = int(flags.size)
    if not n:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    p = float(flags.mean())
    middle, wide = p + Z**2 / (2 * n), Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    low, high = (middle - wide) / (1 + Z**2 / n), (middle + wide) / (1 + Z**2 / n)
    return Share(p, max(0.0, min(p, low)), min(1.0, max(p, high)), n)


@dataclass(frozen=True)
class Rate:
    """How one screen errs. ``threshold`` in the screen's own unit; ``false_alarms`` among tenders without a ring,
    ``detection`` among tenders with one, ``with_rings`` among all tenders of rounds with rings.

    A round is flagged if a larger part of its tenders than ``round_limit`` is: ``round_false_alarms`` among rounds
    without rings, ``round_detection`` among rounds with them.
    """

    screen: str
    threshold: float
    false_alarms: Share
    detection: Share
    with_rings: Share
    round_limit: float
    round_false_alarms: Share
    round_detection: Share


@dataclass(frozen=True)
class Rates:
    """Error rates of all screens; ``ringed`` part of the screened tenders of rounds with rings that have a ring."""

    rates: tuple[Rate, ...]
    ringed: Share

    def of(self, screen: str) -> Rate:
        """The rate of one screen."""
        return next(rate for rate in self.rates if rate.screen == screen)


def error_rates(
    market: Market,
    rules: RuleSet,
    *,
    rounds: int = 100,
    alarm: float = 0.05,
    members: float = 0.5,
    rigged: float = 1.0,
    scatter: float = 0.0,
    seed: int = 1,
    workers: int | None = None,
) -> Rates:
    """Simulate ``rounds`` rounds of a market without rings and as many with rings, on the same firms, and hold the
    screens against them. The first half of the rounds without rings sets the thresholds, the second half is judged.

    ``alarm`` false alarms per tender, and per round, that the thresholds aim at; ``members`` and ``rigged`` as in
    `CollusionRing`. Its rings form whatever follows here, and members that are not to win bid the ceiling: with
    ``scatter`` each bids up to this part less, so as not to be seen. Bids, winners and regions of the market are not
    looked at.
    """
    ring_model = CollusionRing(members=members, rigged=rigged, weighs=0)
    task = _Rounds(blind(market), rules, ring_model, scatter, seed)
    chunks = [range(k, min(k + CHUNK, rounds)) for k in range(0, rounds, CHUNK)]
    count = min(len(chunks), workers or default_workers())
    with Workers(count) if count > 1 else nullcontext() as pool:
        parts = pool.map(task, chunks) if pool else map(task, chunks)
        clean, ring, ringed = (np.concatenate(part) for part in zip(*parts, strict=True))
    known = ~np.isnan(ring).all(axis=2)
    rates = tuple(
        _rate(name, clean[:, :, i], ring[:, :, i], ringed, alarm, screen.side)
        for i, (name, screen) in enumerate(SCREENS.items())
    )
    return Rates(rates, share_of(ringed[known]))


@dataclass(frozen=True)
class _Rounds:
    """Screens of some rounds without and with rings (rounds, drugs, screens), and which tenders have a ring (rounds,
    drugs), computed in any process."""

    market: Market
    rules: RuleSet
    ring: CollusionRing
    scatter: float
    seed: int

    def __call__(self, replications: Sequence[int]) -> tuple[Floats, Floats, Bools]:
        parts = [self._one(Streams(self.seed, k)) for k in replications]
        clean, ring, ringed = (np.array(part) for part in zip(*parts, strict=True))
        return clean, ring, ringed

    def _one(self, luck: Streams) -> tuple[list[Floats], list[Floats], list[bool]]:
        honest = predict(self.market, self.rules, Prediction(), luck)
        run = predict(self.market, self.rules, Prediction(bidding=self.ring), luck)
        openings = openings_of([outcome.document for outcome in run.outcomes], run.products)
        rings = [self.ring.ring(opening, luck) for opening in openings]
        for d, (opening, ring) in enumerate(zip(openings, rings, strict=True)):
            mine = run.products.of(d)[ring] if ring.sum() >= 2 else run.products.of(d)[:0]
            covers = mine[run.bids[mine] == opening.ceiling]
            u = luck.uniform("screens.cover", opening.drug, at=np.arange(len(covers)))
            run.bids[covers] *= 1 - self.scatter * u
        return _values(honest), _values(run), [int(ring.sum()) >= 2 for ring in rings]


def _values(run: Predicted) -> list[Floats]:
    """The screens of each tender of a predicted round."""
    bids = [run.bids[run.products.of(d)] for d in range(len(run.outcomes))]
    return [screened(bid[o.award.rank > 0]) for bid, o in zip(bids, run.outcomes, strict=True)]


def _rate(name: str, clean: Floats, ring: Floats, ringed: Bools, alarm: float, side: int) -> Rate:
    """The errors of one screen, of its values (rounds, drugs) without and with rings."""
    half = len(clean) // 2
    learnt, judged = clean[:half], clean[half:]
    threshold = _limit(learnt[~np.isnan(learnt)], alarm)
    limit = _limit(_by_round(learnt, threshold), alarm)
    flagged = ring > threshold
    return Rate(
        screen=name,
        threshold=side * threshold,
        false_alarms=share_of(judged[~np.isnan(judged)] > threshold),
        detection=share_of(flagged[ringed & ~np.isnan(ring)]),
        with_rings=share_of(flagged[~np.isnan(ring)]),
        round_limit=limit,
        round_false_alarms=share_of(_by_round(judged, threshold) > limit),
        round_detection=share_of(_by_round(ring, threshold) > limit),
    )


def _limit(values: Floats, alarm: float) -> float:
    """The lowest of the values that at most ``alarm`` of them exceed; nan of none."""
    return float(np.quantile(values, 1 - alarm, method="inverted_cdf")) if len(values) else float("nan")


def _by_round(values: Floats, threshold: float) -> Floats:
    """Part of the tenders of each round that exceed the threshold, shape (rounds,); rounds without a value left out."""
    known = ~np.isnan(values)
    some = known.any(axis=1)
    return np.asarray((values > threshold).sum(axis=1)[some] / known.sum(axis=1)[some])


def of_market(market: Market, rules: RuleSet) -> Floats:
    """Screens (tenders, screens) of the real bids of a market, valid as the rules say.

    Raises `InputError` for fewer than `TENDERS` tenders with at least `BIDS` valid bids.
    """
    outcomes = replay(market, rules).outcomes
    bids = [np.array([np.nan if p.bid is None else float(p.bid) for p in o.products]) for o in outcomes]
    return enough([screened(b[o.award.rank > 0]) for b, o in zip(bids, outcomes, strict=True)], market.name)


def of_run(run: RunFolder) -> list[Floats]:
    """Screens (tenders, screens) of the bids of a run, replication by replication. Raises as `of_market`."""
    table = run.table("bids", ("replication", "round", "drug", "rank", "bid"))
    valid = table["rank"] > 0
    found: dict[int, dict[tuple[str, str], list[float]]] = {}
    columns = (table[name].tolist() for name in ("replication", "round", "drug"))
    for good, bid, replication, round_, drug in zip(valid.tolist(), table["bid"].tolist(), *columns, strict=True):
        if good:
            found.setdefault(replication, {}).setdefault((round_, drug), []).append(bid)
    rounds = [[screened(np.array(bids)) for bids in tenders.values()] for tenders in found.values()]
    return [enough(tenders, str(run.path)) for tenders in rounds or [[]]]


def enough(tenders: Iterable[Floats], place: str) -> Floats:
    """The screens of the tenders that have enough bids, shape (tenders, screens). Raises `InputError` if too few."""
    known = [values for values in tenders if not np.isnan(values).all()]
    if len(known) < TENDERS:
        what = f"{len(known)} tenders have {BIDS} or more valid bids; screens need at least {TENDERS} such tenders"
        raise InputError(Problem(place, what, "name a market with more bids, such as batch-2 or batch-3"))
    return np.array(known)


def observed(rates: Rates, rounds: Sequence[Floats]) -> list[Share]:
    """For each screen the share of tenders past its threshold: of one round with its interval, of several the mean
    with the range of 90 % over rounds (``n`` tenders in all)."""
    found = []
    for i, (rate, screen) in enumerate(zip(rates.rates, SCREENS.values(), strict=True)):
        flags = [values[~np.isnan(values[:, i]), i] > screen.side * rate.threshold for values in rounds]
        if len(flags) == 1:
            found.append(share_of(flags[0]))
            continue
        shares = np.array([flag.mean() for flag in flags if flag.size])
        low, high = np.quantile(shares, (0.05, 0.95)) if len(shares) else (np.nan, np.nan)
        mean = float(shares.mean()) if len(shares) else float("nan")
        found.append(Share(mean, float(low), float(high), sum(flag.size for flag in flags)))
    return found
