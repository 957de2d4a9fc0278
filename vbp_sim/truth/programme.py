"""Later national rounds of which only counts are published: predicted on drawn markets, beside what happened.

    for found in programme(["batch-9", "batch-10"]):
        print(found.round.id, found.success.mean(), found.naive_success)

The bids of these rounds are not public, nor who bid; the number of drugs and of products that bid is. So each predicted
round draws its own market: drugs of a known round with replacement, and the published number of products spread over
them. Luck of the market and luck of the bidders are both in the bands. Nothing is fitted to these rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_rules, shipped
from vbp_sim.scenario.csv_table import read_table
from vbp_sim.scenario.draws import Draws
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.market_columns import Column
from vbp_sim.streams import Streams
from vbp_sim.truth.backtest import Prediction, blind, predict
from vbp_sim.truth.replay import read_market_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: the market whose drugs are drawn again; its bids are not looked at
TEMPLATE = "batch-3"
#: most firms of a drug of which nobody says how many there are (largest known: 39, batch 11)
MOST = 40
#: shapes of the gamma law by which drugs differ in their mean number of firms above the least, one drawn per market. 1
#: is what the qualified firms of batches 2 and 3 say (maximum likelihood 0.85), and the largest numbers of batches 10
#: and 11; 3 is the usual assumption, and that of version 0.1
SHAPES = (1, 2, 3)
#: the 90 % band, as quantiles over predicted rounds
BAND = (0.05, 0.95)

_COUNT = (Decimal(1), Decimal(10_000))
COLUMNS = (
    Column("round", "text", "rule set of the round", required=True),
    Column("drugs", "count", "drugs that were awarded", required=True, limits=_COUNT),
    Column("bid", "count", "products that bid", required=True, limits=_COUNT),
    Column("won", "count", "products that were selected", required=True, limits=_COUNT),
    Column("least", "count", "fewest firms of a drug", required=True, limits=_COUNT),
    Column("largest", "ids", "numbers of firms of the drugs that have most of them, where they are known"),
    Column("source", "text", "address of what was read", required=True),
    Column("confidence", "text", "S read in a page, M memory", required=True, choices=("S", "M")),
    Column("note", "text", "what to bear in mind"),
)


@dataclass(frozen=True)
class Round:
    """What is published of a round. ``drugs`` awarded, products that ``bid`` and ``won``, ``least`` firms of a drug,
    ``largest`` known numbers of firms."""

    id: str
    drugs: int
    bid: int
    won: int
    least: int
    largest: tuple[int, ...]
    source: str
    confidence: str
    note: str

    @property
    def success(self) -> float:
        """Selected products over those that bid."""
        return self.won / self.bid

    @property
    def winners(self) -> float:
        """Selected products per drug."""
        return self.won / self.drugs


@dataclass(frozen=True)
class Predicted:
    """A round as predicted. Arrays (replications,): ``success`` selected products over those that bid, ``winners`` of a
    drug, ``valid`` the part of bids that were not over the ceiling; ``naive_winners`` the K(n) table's."""

    round: Round
    success: Floats
    winners: Floats
    valid: Floats
    naive_winners: Floats

    @property
    def naive_success(self) -> Floats:
        """The K(n) table's success: its places over the products that bid."""
        return self.naive_winners * self.round.drugs / self.round.bid


def rounds() -> dict[str, Round]:
    """The shipped rounds by id, first round first. Raises `InputError` with the place of all that is wrong."""
    table = read_table(shipped() / "parameters" / "national-rounds.csv", COLUMNS)
    table.index("round")
    if problems := [problem for _, problem in table.problems()]:
        raise InputError(*problems)
    found = {}
    for row in table.rows:
        cells = {name: row[name] for name in ("drugs", "bid", "won", "least", "source", "confidence")}
        largest = tuple(map(int, row["largest"] or ()))
        found[row["round"]] = Round(id=row["round"], largest=largest, note=row["note"] or "", **cells)
    return found


def programme(
    names: Sequence[str] = (),
    prediction: Prediction | None = None,
    replications: int = 40,
    seed: int = 1,
    *,
    draws: Sequence[Draws] = (),
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[Predicted]:
    """Predict the named rounds, or all; each replication has its own market, and its draw of the parameters if there
    are ``draws``. ``tell`` is told of each round.

    Raises `InputError` for a round of which nothing is published here.
    """
    known = rounds()
    for name in names:
        if name not in known:
            raise InputError(Problem(name, "no counts are known of such a round", nearest(name, list(known))))
    template = awarded(read_market_of(TEMPLATE))
    for name in names or list(known):
        tell(name)
        rules = load_rules(name)[0]
        mine = [(prediction or Prediction()).drawn(draws, k) for k in range(replications)]
        rows = [_lived(known[name], rules, template, one, Streams(seed, k)) for k, one in enumerate(mine)]
        yield Predicted(known[name], *np.array(rows).T)


def awarded(market: Market) -> Market:
    """The drugs of a market that somebody won, without bids and winners: counts of later rounds are of such drugs."""
    won = {p.drug for p in market.products if p.selected}
    rows = [d for d, drug in enumerate(market.drugs) if drug.id in won]
    return replace(blind(market), drugs=tuple(market.drugs[d] for d in rows), reported=market.reported[rows])


def drawn_market(round: Round, template: Market, luck: Streams) -> Market:
    """A market of as many drugs and products as the round had; drugs are called ``ROUND-drawn-1`` and so on.

    A drug keeps ceiling, volumes, originators and as many of its named generics as there are firms; the rest have no
    names.
    """
    picked = (luck.uniform("programme.drug", round.id, at=np.arange(round.drugs)) * len(template.drugs)).astype(int)
    drugs, products = [], []
    for i, (d, n) in enumerate(zip(picked.tolist(), firms(round, luck).tolist(), strict=True)):
        record = template.drugs[d]
        id = f"{round.id}-drawn-{i + 1}"
        members = sorted(template.products_of(record.id), key=lambda p: not p.originator)
        drugs.append(replace(record, id=id, qualified=n))
        products += [replace(p, drug=id) for p in members[:n]]
    return replace(
        template, name=round.id, drugs=tuple(drugs), products=tuple(products), reported=template.reported[picked]
    )


def firms(round: Round, luck: Streams) -> Ints:
    """Firms of each drug, shape (drugs,): the least, and gamma-Poisson numbers given that all together are the products
    that bid. The first drugs have the largest known numbers, no other one has more."""
    known = len(round.largest)
    n = np.full(round.drugs, round.least)
    n[:known] = round.largest
    shape = SHAPES[int(luck.uniform("programme.shape", round.id) * len(SHAPES))]
    at = np.arange((round.drugs - known) * shape).reshape(-1, shape)
    weight = np.concatenate([np.zeros(known), luck.exponential("programme.crowd", round.id, at=at).sum(axis=1)])
    most = min((*round.largest, MOST))
    for u in luck.uniform("programme.firm", round.id, at=np.arange(round.bid - n.sum())).tolist():
        upto = np.cumsum(np.where(n < most, weight, 0.0))
        n[np.searchsorted(upto, u * upto[-1], side="right")] += 1
    return n


def _lived(round: Round, rules: RuleSet, template: Market, prediction: Prediction, luck: Streams) -> tuple[float, ...]:
    """Success, winners per drug, part of the bids that are valid, and the K(n) table's winners per drug."""
    market = drawn_market(round, template, luck)
    run = predict(market, rules, prediction, luck)
    won = sum(int(outcome.award.selected.sum()) for outcome in run.outcomes)
    valid = sum(int(outcome.award.n) for outcome in run.outcomes)
    places = sum(outcome.award.places for outcome in run.outcomes)
    quoted = int((~np.isnan(run.bids)).sum())
    return won / quoted, won / round.drugs, valid / quoted, places / round.drugs


def errors(found: Iterable[Predicted]) -> dict[str, tuple[float, float]]:
    """Mean absolute error over rounds of success and of winners per drug: the model's, and the K(n) table's."""
    rows = list(found)
    off: dict[str, tuple[float, float]] = {}
    for name in ("success", "winners"):
        real = np.array([getattr(p.round, name) for p in rows])
        own, naive = (np.array([getattr(p, kind + name).mean() for p in rows]) for kind in ("", "naive_"))
        off[name] = float(np.abs(own - real).mean()), float(np.abs(naive - real).mean())
    return off


def steps(found: Sequence[Predicted]) -> list[tuple[str, str, str, float, float]]:
    """From each round to the next: both ids, ``success`` or ``winners``, and the change, predicted and real."""
    return [
        (a.round.id, b.round.id, name, float(getattr(b, name).mean() - getattr(a, name).mean()),
         getattr(b.round, name) - getattr(a.round, name))
        for a, b in pairwise(found)
        for name in ("success", "winners")
    ]  # fmt: skip


def lines(found: Sequence[Predicted]) -> list[tuple[str, ...]]:
    """A table for people: head, a row per round, and the mean errors."""
    rows: list[tuple[str, ...]] = [
        ("round", "success", "90 %", "real", "K(n)", "winners per drug", "90 %", "real", "K(n)")
    ]
    for p in found:
        cells = [p.round.id]
        for name, digits in (("success", 3), ("winners", 2)):
            own, naive = getattr(p, name), getattr(p, f"naive_{name}")
            low, high = np.quantile(own, BAND)
            cells += [f"{own.mean():.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"]
            cells += [f"{getattr(p.round, name):.{digits}f}", f"{naive.mean():.{digits}f}"]
        rows.append(tuple(cells))
    off = errors(found)
    (a, b), (c, d) = off["success"], off["winners"]
    return [*rows, ("mean error", f"{a:.3f}", "", "", f"{b:.3f}", f"{c:.2f}", "", "", f"{d:.2f}")]


def as_dict(found: Sequence[Predicted]) -> dict[str, Any]:
    """For JSON: what was published and predicted of each round, the mean errors and the changes."""
    rounds_ = []
    for p in found:
        row: dict[str, Any] = asdict(p.round) | {"valid": float(p.valid.mean())}
        for name in ("success", "winners"):
            own = getattr(p, name)
            low, high = np.quantile(own, BAND)
            row[name] = {
                "mean": float(own.mean()), "low": float(low), "high": float(high), "real": getattr(p.round, name),
                "naive": float(getattr(p, f"naive_{name}").mean()),
            }  # fmt: skip
        rounds_.append(row)
    return {"rounds": rounds_, "errors": errors(found), "steps": steps(found)}
