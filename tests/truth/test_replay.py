"""Real bids through the rules: how many outcomes, tenders and drafts come out as they did."""

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbp_sim.cli.replay import command
from vbp_sim.errors import InputError
from vbp_sim.rules.library import rule_set
from vbp_sim.scenario.market import Market
from vbp_sim.truth.replay import Replay, read_market_of, replay

MARKETS = ("expansion-2019", "batch-2", "batch-3")
DATA = Path(os.environ.get("VBP_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture(scope="module")
def replays() -> list[Replay]:
    return [replay(read_market_of(name), rule_set(name)) for name in MARKETS]


def test_real_bids_come_out_as_they_did(replays: list[Replay]) -> None:
    total = Counter[str]()
    for r in replays:
        total.update(r.score())
    assert (total["bids"], total["tenders"], total["drafts"]) == (561, 113, 112)
    assert total["bids_right"] / total["bids"] >= 0.98
    assert total["tenders_right"] / total["tenders"] >= 0.92
    assert total["drafts_right"] / total["drafts"] >= 0.80


def test_every_difference_is_listed_in_the_docs(replays: list[Replay]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    for r in replays:
        for difference in r.differences():
            assert difference["drug"] in page
            assert difference["manufacturer"] in page


def test_markets_hold_the_bids_of_the_data(replays: list[Replay]) -> None:
    """The markets that are replayed have as many quotes and winners as the transcription of the notices."""
    file = DATA / "bids.csv"
    if not file.is_file():
        pytest.skip(f"no bids.csv in {DATA}; point VBP_DATA at the folder that has it")
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig")))
    for r, round_id in zip(replays, ("R1x_alliance", "R2", "R3"), strict=True):
        mine = [row for row in rows if row["round"] == round_id]
        products = r.market.products
        assert sum(p.bid is not None for p in products) == sum(row["no_quote"] == "0" for row in mine)
        assert sum(bool(p.selected) for p in products) == sum(row["winner"] == "1" for row in mine)


def test_json_has_the_agreed_keys() -> None:
    result = CliRunner().invoke(command, ["batch-2", "--rules", "batch-2", "--json"])
    seen = json.loads(result.stdout)
    keys = {"bids", "bids_right", "tenders", "tenders_right", "drafts", "drafts_right", "differences"}
    assert keys <= set(seen)
    assert seen["bids"] == 158
    assert len(seen["differences"]) == seen["bids"] - seen["bids_right"]


def test_two_rule_sets_side_by_side() -> None:
    arguments = ["batch-3", "--rules", "batch-3", "--rules", "batch-10", "--drug", "apixaban"]
    out = CliRunner().invoke(command, arguments).stdout
    assert "apixaban  5 at 0.977 to 4.97  1 at 0.977" in out
    assert "batch-10: rank 2 of 7, K = 4, 2.906 is 2.97 x the lowest 0.977" in out


def test_firms_accept_offers_down_to_a_share_of_their_bid(replays: list[Replay]) -> None:
    market = replays[2].market
    never, always = replay(market, rule_set("batch-10"), 1.0), replay(market, rule_set("batch-10"), 0.0)
    assert _winners(never) < _winners(always)


def test_entry_drops_drugs_with_too_few_firms(replays: list[Replay]) -> None:
    market: Market = replays[0].market
    held = replay(market, rule_set("batch-10"))
    dropped = replay(market, rule_set("batch-10"), entry=True)
    assert _winners(dropped) < _winners(held)


def test_unknown_market_drug_and_rules_are_said_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'batch-3'"):
        read_market_of("bach-3")
    for arguments in (
        ["batch-3", "--rules", "bach-3"],
        ["batch-3", "--rules", "batch-3", "--drug", "apixban"],
    ):
        error = CliRunner().invoke(command, arguments).exception
        assert isinstance(error, InputError)
        assert "did you mean" in str(error)


def _winners(r: Replay) -> int:
    return sum(int(o.award.selected.sum()) for o in r.outcomes)
