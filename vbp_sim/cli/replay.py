"""`vbp replay`: the bids of a market through one rule set or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import print_json, print_table, printing
from vbp_sim.errors import check_names
from vbp_sim.report.words.language import restate, say

if TYPE_CHECKING:
    from vbp_sim.truth.replay import Replay


@click.command("replay")
@click.argument("market")
@click.option("--rules", "rules", multiple=True, required=True, metavar="ID", help="Rule set, or the file of one.")
@click.option("--drug", "drugs", multiple=True, metavar="ID", help="Show only this drug.")
@click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    default=0.9,
    show_default=True,
    metavar="SHARE",
    help="Firms accept an offered price of at least this part of their bid.",
)
@click.option("--entry", is_flag=True, help="Drop drugs with fewer qualified firms than the rules ask for.")
@printing
def command(
    market: str, rules: tuple[str, ...], drugs: tuple[str, ...], accept: float, entry: bool, as_json: bool, quiet: bool
) -> None:
    """Put the bids of MARKET (a folder, or a shipped market) through rule sets, and compare with what
    happened.
    """
    from vbp_sim.runs.load import load_rules
    from vbp_sim.truth.replay import read_market_of, replay

    data = read_market_of(market)
    check_names(drugs, (drug.id for drug in data.drugs), "--drug", "the market has no such drug")
    replays = [replay(data, load_rules(name)[0], accept, entry=entry, name=name) for name in rules]
    if as_json:
        found = [_as_json(r) for r in replays]
        print_json(found[0] if len(found) == 1 else {"replays": found, "changed": _changed(replays)})
    elif len(replays) == 1:
        _tell(replays[0], drugs, quiet)
    else:
        _beside(replays, drugs, quiet)


def _as_json(r: Replay) -> dict[str, Any]:
    from vbp_sim.report.words.sentences import said

    differences = [{**found, "said": said(found["reason"])} for found in r.differences()]
    return {"market": r.market.name, "rules": r.name, **r.score(), "differences": differences}


def _tell(r: Replay, drugs: Sequence[str], quiet: bool) -> None:
    from vbp_sim.report.words.sentences import said
    from vbp_sim.truth.replay import story

    if not quiet:
        for outcome in r.outcomes:
            if not drugs or outcome.drug.id in drugs:
                click.echo("\n".join(restate("truth", line) for line in story(outcome, said)))
    click.echo(_summary(r))


def _summary(r: Replay) -> str:
    s = r.score()
    if not s["bids"]:
        return say("cli.no_selected", rules=r.name)
    kinds = ("bids", "tenders", "drafts")
    parts = [say(f"cli.{kind}_right", n=s[f"{kind}_right"], of=s[kind]) for kind in kinds if s[kind]]
    return say("words.labelled", label=r.name, value=say("words.comma").join(parts))


def _beside(replays: Sequence[Replay], drugs: Sequence[str], quiet: bool) -> None:
    """One line per drug: winners and lowest to highest selected price under each rule set."""
    rows = [(say("cli.of_drug"), *(r.name for r in replays))]
    for outcomes in zip(*(r.outcomes for r in replays), strict=True):
        if not drugs or outcomes[0].drug.id in drugs:
            rows.append((outcomes[0].drug.id, *(_in_short(o) for o in outcomes)))
    if not quiet:
        print_table(rows)
        click.echo()
    for r in replays:
        winners = sum(int(o.award.selected.sum()) for o in r.outcomes)
        failed = sum(o.award.failed for o in r.outcomes)
        click.echo(say("cli.selected", summary=_summary(r), winners=winners, failed=failed))
    if drugs or not quiet:
        for change in _changed(replays):
            if not drugs or change["drug"] in drugs:
                click.echo(f"  {change['drug']}, {change['manufacturer']}")
                for id, sentence in change["said"].items():
                    click.echo(f"      {id}: {sentence}")


def _in_short(outcome: Any) -> str:
    from vbp_sim.rules.money import text

    prices = [p for p in outcome.award.price.tolist() if p > 0]
    if not prices:
        return say("cli.no_winner")
    low, high = text(min(prices)), text(max(prices))
    return say(
        "cli.winners_at", n=len(prices), span=low if len(prices) == 1 else say("words.range", low=low, high=high)
    )


def _changed(replays: Sequence[Replay]) -> list[dict[str, Any]]:
    """Products that are selected under one rule set and not under another, or at another price."""
    from vbp_sim.report.words.sentences import said

    found = []
    for outcomes in zip(*(r.outcomes for r in replays), strict=True):
        for i, product in enumerate(outcomes[0].products):
            if len({int(o.award.price[i]) for o in outcomes}) > 1:
                reasons = {r.name: o.award.reasons[i] for r, o in zip(replays, outcomes, strict=True)}
                told = {name: said(reason) for name, reason in reasons.items()}
                what = {"drug": outcomes[0].drug.id, "manufacturer": product.manufacturer}
                found.append({**what, "reasons": reasons, "said": told})
    return found
