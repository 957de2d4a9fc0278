"""A predicted round lived through to the end of its contracts: use, money, supply and firms after the tender.

A back-test knows the tender only. Here the same firms and bidders go through the engine, with the default models of
institutions and suppliers, which are fitted to the pilot and the expansion.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from vbp_sim.engine.clock import add_months
from vbp_sim.rules.library import law, law_ids
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.replications import replicate
from vbp_sim.scenario.draws import Draws
from vbp_sim.scenario.laws import Law
from vbp_sim.scenario.load import Origins, Scenario
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.markets import alone
from vbp_sim.scenario.plugins import current
from vbp_sim.scenario.spec import Behaviour, Calendar, Round, Spec
from vbp_sim.truth.backtest import TENDER_METRICS, Prediction, blind
from vbp_sim.truth.papers import ROUND, UNDATED
from vbp_sim.truth.ranges import over_rounds


def whole_round(
    market: Market,
    rules: RuleSet,
    prediction: Prediction,
    replications: int,
    seed: int = 1,
    draws: tuple[Draws, ...] = (),
) -> dict[str, dict[str, Any]]:
    """Metrics that a tender does not decide, where there is something to measure: mean, low, high, n and unit.

    ``low`` and ``high`` as in `over_rounds`.
    """
    scenario = replace(scenario_of(market, rules, prediction, replications, seed), draws=draws)
    metrics = over_rounds([result.metrics for result in replicate(scenario)])
    return {name: value for name, value in metrics.items() if name not in TENDER_METRICS and value["mean"] is not None}


def scenario_of(market: Market, rules: RuleSet, prediction: Prediction, replications: int, seed: int) -> Scenario:
    """A scenario of the one round of a market, which sees no bids, winners and regions of it."""
    behaviour = Behaviour().model_copy(update={"firms": prediction.firms, "bidding": prediction.bidding})
    calendar = calendar_of(rules.date or UNDATED)
    round_ = Round.model_construct(rules=rules, calendar=calendar, drugs=())
    spec = Spec.model_construct(
        scenario=market.name,
        market=market.name,
        start=add_months(calendar.reporting_start.replace(day=1), -3),
        rounds={ROUND: round_},
        laws=laws(),
        behaviour=behaviour,
        replications=replications,
        seed=seed,
    )
    data = alone(blind(market), spec.rounds)
    return Scenario(spec, data, variant="", origins=Origins({}), digest="", path=Path(), plugins=current())


def laws() -> dict[str, Law]:
    """The shipped laws, each from its date; the first one always."""
    known = [(law(id).date, id) for id in law_ids()]
    dated = {id: Law.model_validate({"rules": law(id), "from": day}) for day, id in known}
    _, first = min((day, id) for day, id in known if day)
    return {**dated, first: Law(rules=law(first))}


def calendar_of(opening: date) -> Calendar:
    """Dates of a round from its opening: reports in the three months before, supply three months after (assumption)."""
    first = opening.replace(day=1)
    return Calendar(
        reporting_start=add_months(first, -3),
        reporting_end=add_months(first, -2),
        review_end=add_months(first, -1),
        document=add_months(first, -1),
        opening=opening,
        result=opening,
        start=add_months(first, 3),
    )
