"""The page docs/trust.md, from a finished table of outcomes: ``python -m tools.trust DIR > docs/trust.md``."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.skill import Skill, skill
from vbp_sim.runs.load import load_draws, load_rules
from vbp_sim.scenario.draws import Draws
from vbp_sim.truth import programme
from vbp_sim.truth.backtest import DRAWS, Prediction, backtest
from vbp_sim.truth.outcomes import ALONE, Held, Outcomes, shown, span, summary, tally
from vbp_sim.truth.replay import read_market_of

#: rounds with real bids, first round first
ROUNDS = ("expansion-2019", "batch-2", "batch-3")
REPLICATIONS = 40
#: predicted rounds of each later batch, each with a drawn market
DRAWN = 8

_COLUMNS = (
    "outcome", "definition, base", "weight", "population, period", "simulated", "80 %", "90 %", *ALONE, "published",
    "naive", "in", "status", "source",
)  # fmt: skip
_HEAD = """# What to trust it with

<!-- rendered by `make docs` (python -m tools.trust); do not edit -->

**Naive forecasts first.** {naive}

Trust changes between rules before levels: both sides of a comparison share what is wrong with the level. Trust prices
and who wins, averaged over drugs, before volumes; volumes before the differences between places, levels and drugs, of
which the models have too few. Do not ask it what one firm will bid, or what one drug will cost.

```sh replications=3
vbp backtest --targets tenders --out results/outcomes  # or pilot, expansion, a file of your own; repeatable
```

```sh
vbp plot results/outcomes outcomes
```

Bands are over replications. Replication k takes draw k of what is not known of parameters, so the 80 and 90 % bands
hold luck and parameters; beside them stands the 90 % band of luck alone, with every parameter at its default. Neither
holds that the structure of a model may be wrong. A wider band is no skill: the interval score (Gneiting and Raftery
2007: width, and 20 times what lies outside) and the CRPS punish width, and lower is better. The centres of use and
spending are worse with draws than at the defaults: take levels from the defaults, widths from the draws. Whence draws
come, and what they were weighed by, stands in [calibration](calibration.md#parameters-in-the-bands); `--draws none`
leaves them out.
`fitted`: a parameter was set by it, agreement is no proof. `seen`: it was known when the models were made. `predicted`:
no parameter was set by it and no design was chosen by it. `in`: the published value lies in the 90 % band; `near`: only
its published interval reaches into the band; `none`: the metric does not apply.
"""

_KEPT_BACK = (
    "A check of version 0.1 on rounds that were kept back found such a regression slightly ahead of the model, and the "
    "K(n) table as good for that success (mean error .048 against .051)."
)

_LATER = """
## Later batches, on drawn markets

```sh
vbp backtest --synthetic batch-5 --replications 2  # or another round, or all; repeatable, 40 rounds of each unless said
```

Who bid in batches 5 to 11, and what, is not public; how many products bid and won is. Each predicted round draws a
market: drugs of batch 3 with replacement (ceilings, volumes, originators, named generics), and exactly the published
number of products spread over them: the least number of firms, and gamma-Poisson numbers, whose shape (1, 2 or 3) is
drawn too. Rules are those of the batch; models and parameters are fitted on the expansion and batch 2 alone. Bands hold
the luck of the market and of the bidders alone. Success is selected products over all that bid,
quotes over the ceiling among them, as the published counts have it. The K(n) table's forecast fills every place. The
batches were known when the models were made: seen, not predicted.
"""

_WHAT = """
## What the metrics take for granted

- Spending by drug is valued by three groups of products (selected, other generics, other originators), not product
  by product: tables hold no money by drug ([metrics](metrics.md)). It agrees with the accounts within one per cent.
- Difference in differences takes a world without VBP as the control: the same scenario with the same luck, in which no
  tender is held. Its prices and shares stay; only need moves.
- Net savings are at class level only where `classes.turning` or `classes.price` is set, with stand-ins for how well
  molecules serve each other's patients. Shares are in units, not DDD.
- Consumer surplus has two ends. `consumer_surplus` takes the shares of before as what patients wanted, so that a brand
  is worth what was paid for it and a switch that nobody chose costs them; `consumer_surplus_alike` takes all products
  of a drug as worth the same. What a yuan is worth comes from sensitivities to prices of 2008 to 2010 (0.192, 0.695 and
  1.10 by kind of drug; 0.695 is used): the first of the two hangs on it, the second does not.
"""


def page(found: Outcomes) -> str:
    """The whole page."""
    draws = load_draws(DRAWS)
    scores, alone = ([_score(i, mine) for i in range(len(ROUNDS))] for mine in (draws, ()))
    later = list(programme.programme(replications=DRAWN))
    parts = [
        _HEAD.format(naive=_naive(found.held, alone, later)),
        *_outcomes(found),
        *_bids(scores, alone),
        *_later(later),
        _WHAT,
        *_unused(found),
    ]
    return "\n".join(parts)


def _score(i: int, draws: Sequence[Draws]) -> Skill:
    market, rules = read_market_of(ROUNDS[i]), load_rules(ROUNDS[i])[0]
    test = backtest(market, rules, Prediction(), REPLICATIONS, draws=draws)
    found = skill(test, market, rules, [read_market_of(name) for name in ROUNDS[:i]])
    if found is None:
        raise ValueError(f"{ROUNDS[i]} has no real bids")
    return found


def _naive(held: Sequence[Held], scores: Sequence[Skill], later: Sequence[programme.Predicted]) -> str:
    """Where somebody without the model says as much."""
    last, off = scores[-1], programme.errors(later)
    judged = [h for h in held if h.naive_nearer is not None]
    drawn, alone = (sum(bool(h.naive_nearer) for h in each) for each in (judged, [h.luck or h for h in judged]))
    return (
        f"Of {len(judged)} outcomes below with a naive forecast, that one is nearer than the model at its defaults in "
        f"{alone}, than the mean over draws in {drawn}. "
        f"Who wins batch 3: the K(n) table, with originators as in earlier rounds, has an AUC of "
        f"{last.auc_naive:.3f} and a Brier score "
        f"of {last.brier_naive:.3f}, the model at its defaults {last.auc:.3f} and {last.brier:.3f}. "
        "Its generic bids: a regression of ln bid on ln firms and ln earlier price, fitted on the rounds before, has a "
        f"CRPS of {last.crps_price:.3f}, on ln firms and ln ceiling {last.crps_regression:.3f}, the model "
        f"{last.crps:.3f}, the pooled bids of the rounds before {last.crps_pooled:.3f}. Success of bids in batches 5 "
        f"to 11: the K(n) table has a mean error of {off['success'][1]:.3f}, the model {off['success'][0]:.3f}; "
        f"winners per drug: {off['winners'][1]:.2f} and {off['winners'][0]:.2f}. {_KEPT_BACK}"
    )


def _outcomes(found: Outcomes) -> Iterator[str]:
    yield "## Outcomes\n"
    n, seed = found.content["replications"], found.content["seed"]
    yield f"{n} replications, seed {seed}: {summary(found.held)}.\n"
    for status in ("predicted", "seen", "fitted"):
        mine = [h for h in found.held if h.target.status == status]
        yield f"{status}: {sum(h.verdict == 'in' for h in mine)} of {len(mine)} in the 90 % band.\n"
    head, *rows = tally(found.held)
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield "\nScores are means, with medians in brackets, over outcomes that are shares.\n"
    yield "![Simulated band over the published value](figures/outcomes.svg)\n"
    for world in dict.fromkeys(h.target.world for h in found.held):
        yield f"### {world}\n"
        yield f"| {' | '.join(_COLUMNS)} |"
        yield "|---" * len(_COLUMNS) + "|"
        yield from (_row(h) for h in found.held if h.target.world == world)
        yield ""


def _row(h: Held) -> str:
    t, luck = h.target, h.luck or h
    cells = (
        t.outcome,
        t.definition + (f" ({t.why})" if t.why else ""),
        t.weight,
        f"{t.population}; {t.period}",
        shown(t, h.mean),
        span(t, h.low80, h.high80),
        span(t, h.low, h.high),
        span(t, luck.low, luck.high),
        luck.verdict,
        _with(shown(t, t.value), span(t, t.low, t.high)),
        _with(shown(t, t.naive), t.naive_is),
        h.verdict,
        t.status,
        f"[{t.study}]({t.source})",
    )
    return f"| {' | '.join(cells)} |"


def _bids(scores: Sequence[Skill], alone: Sequence[Skill]) -> Iterator[str]:
    yield "## Bids and winners of single products\n"
    yield (
        f"{REPLICATIONS} predicted rounds; expansion and batch 2 were fitted, batch 3 was not. Draws of "
        "parameters are in, but where luck alone is said.\n"
    )
    yield f"| what | {' | '.join(ROUNDS)} |"
    yield f"|---|{'---|' * len(ROUNDS)}"
    rows = {
        "real generic bids in the fifths of their predicted distribution (flat: 20 each), %": [
            " ".join(f"{100 * part:.0f}" for part in s.pit) for s in scores
        ],
        "generic bids in the 80 and the 90 % band": [f"{s.bids80:.0%}, {s.bids90:.0%}" for s in scores],
        "generic bids in both, luck alone": [f"{s.bids80:.0%}, {s.bids90:.0%}" for s in alone],
        "lowest selected prices of drugs in the 80 and the 90 % band": [
            f"{s.lowest80:.0%}, {s.lowest90:.0%}" for s in scores
        ],
        "CRPS of generic bids: model": [_number(s.crps) for s in scores],
        "CRPS of generic bids: model, luck alone": [_number(s.crps) for s in alone],
        "CRPS: regression on ln firms and ln earlier price": [_number(s.crps_price) for s in scores],
        "CRPS: regression on ln firms and ln ceiling": [_number(s.crps_regression) for s in scores],
        "CRPS: pooled bids of earlier rounds": [_number(s.crps_pooled) for s in scores],
        "slope of ln price on ln firms, model": [f"{s.slope:.2f}" for s in scores],
        "slope, model, luck alone": [f"{s.slope:.2f}" for s in alone],
        "slope, real (standard error)": [f"{s.slope_real:.2f} ({s.slope_error:.2f})" for s in scores],
        "who wins, Brier score: model, K(n) table": [f"{s.brier:.3f}, {s.brier_naive:.3f}" for s in scores],
        "who wins, AUC: model, K(n) table": [f"{s.auc:.3f}, {s.auc_naive:.3f}" for s in scores],
        "forecast chance to win -> part that won (products)": [
            "; ".join(f"{100 * a:.0f} -> {100 * b:.0f} % ({n})" for a, b, n in s.chances) for s in scores
        ],
    }
    yield from (f"| {what} | {' | '.join(cells)} |" for what, cells in rows.items())


def _later(found: Sequence[programme.Predicted]) -> Iterator[str]:
    yield _LATER
    yield f"{DRAWN} predicted rounds of each batch, seed 1.\n"
    head, *rows = programme.lines(found)
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield "\n| from, to | of | predicted | real | sign |"
    yield "|---|---|---|---|---|"
    for a, b, name, own, real in programme.steps(found):
        yield f"| {a}, {b} | {name} | {own:+.3f} | {real:+.3f} | {'right' if own * real > 0 else 'wrong'} |"


def _unused(found: Outcomes) -> Iterator[str]:
    yield "## Published and not used\n"
    yield "| outcome | population, period | why not | source |"
    yield "|---|---|---|---|"
    for t in found.unused:
        yield f"| {t.outcome} | {t.population}; {t.period} | {t.why} | [{t.study}]({t.source}) |"
    yield ""


def _with(value: str, more: str) -> str:
    return f"{value} ({more})" if more else value


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"


if __name__ == "__main__":
    print(page(Outcomes.open(Path(sys.argv[1]))), end="")
