"""Rows of the first edition's failures in the engine and in tenders, each with its whole kind, on the small market."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import (
    DRUGS,
    PRODUCTS,
    SHARED,
    STEADY,
    Tables,
    calendar,
    national,
    round_of,
    rows,
    same,
    small,
    total,
    write_scenario,
)

from vbp_sim.cli.check import command as check
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.place import Place
from vbp_sim.engine.round.notice import draw_up, opening_of, qualified
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.world import World
from vbp_sim.errors import InputError
from vbp_sim.facts import read
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure
from vbp_sim.runs.run import not_simulated
from vbp_sim.scenario.load import Scenario

RULES: dict[str, Any] = {"extends": "expansion-2019"}
QUIET = ("demand={growth: 0.0, monthly_cv: 0.0}",)
#: nobody fails, and everybody can make what is asked
AMPLE = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}


def year(**more: Any) -> dict[str, Any]:
    """The shared rules for one year."""
    return {**SHARED, "term": {"table": {"1": 12, "2": 12, "3": 12}}, **more}


def awards(tables: Tables, round_id: str, column: str) -> dict[str, float]:
    mine = rows(tables["awards"], round=round_id)
    return dict(zip(mine["drug"].tolist(), mine[column].tolist(), strict=True))


def prices(tables: Tables, round_id: str) -> dict[str, list[float]]:
    """Selected prices of every drug of a round."""
    won, found = rows(tables["bids"], round=round_id, selected=True), dict[str, list[float]]()
    for drug, price in zip(won["drug"].tolist(), won["price"].tolist(), strict=True):
        found.setdefault(drug, []).append(price)
    return found


# before: a ceiling made of the agreement that ends


@pytest.mark.parametrize("of", ["lowest", "highest", "own", "ceiling"])
def test_a_ceiling_from_the_price_before_acts_where_the_market_has_ceilings(tmp_path: Path, of: str) -> None:
    second = round_of("2021-01-01", {**RULES, "ceiling": {"rule": "before", "factor": 0.9, "of": of}})
    tables = simulate(small(tmp_path, rounds={"first": round_of(), "second": second}), 0)
    old, published = prices(tables, "first"), awards(tables, "first", "ceiling")
    base = {
        drug: {"lowest": min(found), "highest": max(found), "own": max(found), "ceiling": published[drug]}[of]
        for drug, found in old.items()
    }
    assert awards(tables, "second", "ceiling") == pytest.approx({d: 0.9 * p for d, p in base.items()}, abs=1e-6)


def test_no_firm_quotes_more_than_its_own_old_price_where_that_is_the_ceiling(tmp_path: Path) -> None:
    second = round_of("2021-01-01", {**RULES, "ceiling": {"rule": "before", "of": "own"}})
    tables = simulate(small(tmp_path, rounds={"first": round_of(), "second": second}), 0)
    keys = ("drug", "manufacturer")
    won, bids = rows(tables["bids"], round="first", selected=True), rows(tables["bids"], round="second")
    old = dict(zip(zip(*(won[k] for k in keys), strict=True), won["price"].tolist(), strict=True))
    quotes = zip(zip(*(bids[k] for k in keys), strict=True), bids["bid"].tolist(), strict=True)
    quoted = [(quote, old[key]) for key, quote in quotes if key in old and not np.isnan(quote)]
    assert quoted
    assert all(quote <= price + 1e-6 for quote, price in quoted)


@pytest.mark.parametrize(("renewal", "of"), [("highest", max), ("lowest", min)])
def test_a_renewal_without_figures_of_its_own_opens_at_a_price_of_the_agreement_that_ends(
    tmp_path: Path, renewal: str, of: Any
) -> None:
    second = round_of("2021-01-01", {**RULES, "ceiling": {"rule": "published", "renewal": renewal}})
    tables = simulate(small(tmp_path, rounds={"first": round_of(), "second": second}), 0)
    old = {drug: of(found) for drug, found in prices(tables, "first").items()}
    assert awards(tables, "second", "ceiling") == pytest.approx(old, abs=1e-6)


def test_places_without_an_agreement_open_at_the_published_ceiling(tmp_path: Path) -> None:
    """Another alliance's prices are none of theirs."""
    rounds = {"first": round_of(rules=year(members=["north"])),
              "second": round_of("2019-06-01", year(members=["south"]))}  # fmt: skip
    tables = simulate(small(tmp_path, rounds=rounds), 0)
    assert awards(tables, "second", "ceiling") == {row["drug"]: row["ceiling"] for row in DRUGS}


# grouping and knobs: they act, or a run says that they do not


def tendered(folder: Path, **rules: Any) -> Tables:
    return simulate(small(folder, rounds={"first": round_of(rules={**RULES, **rules})}), 0)


def test_firms_compete_in_the_groups_that_demand_puts_them_in(tmp_path: Path) -> None:
    grouped = tendered(tmp_path / "a", grouping={"rule": "by-demand", "a_share": 0.5})
    single = tendered(tmp_path / "b")
    won = rows(grouped["bids"], selected=True, rank=1)
    assert {tuple(x) for x in zip(won["drug"], [read(r)[0].values["letter"] for r in won["reason"]], strict=True)} == {
        (row["drug"], group) for row in DRUGS for group in ("A", "B")
    }
    assert grouped["bids"]["selected"].sum() != single["bids"]["selected"].sum()


def test_group_a_has_the_brands_that_institutions_asked_for_most(tmp_path: Path) -> None:
    bids = tendered(tmp_path, grouping={"rule": "by-demand", "a_share": 0.5})["bids"]
    for drug in ("alpha", "beta", "gamma"):
        mine = rows(bids, drug=drug)
        first = np.array([read(reason)[0].values == {"letter": "A"} for reason in mine["reason"]])
        assert mine["named"][first].min() >= mine["named"][~first].max()
        assert mine["named"][first].sum() >= 0.5 * mine["named"].sum()


def test_a_conversion_that_converts_nothing_is_declared(tmp_path: Path) -> None:
    scenario = small(tmp_path, rounds={"first": round_of(rules={**RULES, "conversion": {"per_double_pack": 3.0}})})
    assert [sentence for sentence in not_simulated(scenario) if "conversion" in sentence]


def test_a_ceiling_by_listing_prices_is_declared_where_published_ones_go_before_it(tmp_path: Path) -> None:
    scenario = small(tmp_path, rounds={"first": round_of(rules={**RULES, "ceiling": {"rule": "listing"}})})
    assert [sentence for sentence in not_simulated(scenario) if "listing" in sentence]


def test_a_ceiling_by_listing_prices_acts_where_nothing_is_published(tmp_path: Path) -> None:
    drugs: Any = [{**row, "ceiling": "", "pre_price": row["ceiling"], "qualified": 4 - (row["drug"] == "gamma") * 2
                   - (row["drug"] == "beta")} for row in DRUGS]  # fmt: skip
    products: Any = [{**row, "pre_price": 3.0 + i} for i, row in enumerate(PRODUCTS)]
    rounds = {"first": round_of(rules={**RULES, "ceiling": {"rule": "listing", "share": 0.4}})}
    scenario = small(tmp_path, drugs=drugs, products=products, rounds=rounds)
    assert not [sentence for sentence in not_simulated(scenario) if "listing" in sentence]
    mean = {row["drug"]: np.mean([p["pre_price"] for p in products if p["drug"] == row["drug"]]) for row in DRUGS}
    seen = awards(simulate(scenario, 0), "first", "ceiling")
    assert seen == pytest.approx({drug: 0.4 * price for drug, price in mean.items()}, abs=1e-6)


def test_a_cap_on_prices_outside_the_supply_places_makes_the_rest_cheaper(tmp_path: Path) -> None:
    free = simulate(small(tmp_path / "a"), 0)
    capped = simulate(small(tmp_path / "b", laws=national(platform={"outside_cap": 1.0})), 0)
    same(free, capped, ("bids", "awards", "allocation"))
    assert capped["fund"]["spend"].sum() < free["fund"]["spend"].sum()


# members: what a round of some places knows and moves


def scope_of(scenario: Scenario) -> Scope:
    world = World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))
    places = [Place(world, i) for i in range(len(scenario.market.provinces))]
    name, spec = next(iter(scenario.spec.rounds.items()))
    return Scope.of(world, name, spec, places)


@pytest.mark.parametrize("members", [["east"], ["north", "east"], []])
def test_bidders_are_told_the_volume_of_the_members(tmp_path: Path, members: list[str]) -> None:
    scope = scope_of(small(tmp_path, rounds={"first": round_of(rules=year(members=members))}))
    inside = [p for p, place in enumerate(scope.world.market.provinces) if not members or place.id in members]
    for drug in scope.drugs:
        firms = qualified(scope, drug)
        paper = draw_up(scope, drug, firms, scope.published(drug))
        told = opening_of(scope, drug, firms, paper).conditions
        assert told.reported == pytest.approx(scope.world.market.reported[drug, inside].sum())
        assert len(told.weights) == len(inside)
        assert sum(told.weights) == pytest.approx(1, abs=1e-3)


def test_only_members_report_are_allocated_and_settled(tmp_path: Path) -> None:
    tables = simulate(small(tmp_path, rounds={"first": round_of(rules=year(members=["east"]))}), 0)
    for name in ("reports", "allocation", "settlement"):
        assert set(tables[name]["province"]) == {"east"}


# growth: where the drug has first been supplied


def test_need_grows_from_the_first_supply_in_the_place_itself(tmp_path: Path) -> None:
    rounds = {
        "first": round_of(rules=year(members=["east"])),
        "second": round_of("2019-08-01", year(members=["north"])),
    }
    sets = (*STEADY, "demand.growth=0.5", "demand.monthly_cv=0", "demand.ramp_months=1")
    need = total(simulate(small(tmp_path, rounds=rounds, sets=sets), 0)["use"], ("month", "drug", "province"), "need")
    for place, begins in (("east", "2019-01"), ("north", "2019-08"), ("south", "9999-12")):
        for month in ("2018-12", "2019-01", "2019-07", "2019-08", "2019-12"):
            grown = 1.5 if month >= begins else 1.0
            assert need[month, "alpha", place] == pytest.approx(grown * need["2018-12", "alpha", place]), (place, month)


# passed: what was bought per year, by the months that have passed


@pytest.mark.parametrize(
    ("reported", "months"), [("2019-07-01", 6), ("2019-07-15", 7), ("2019-07-31", 7), ("2019-08-01", 7)]
)
def test_a_report_in_mid_year_counts_the_months_that_were_ordered_for(
    tmp_path: Path, reported: str, months: int
) -> None:
    """Reports are held to what was bought per year: six months of orders are half a year of them."""
    steps = {**calendar("2020-01-01"), "reporting_start": "2019-06-01", "reporting_end": reported}
    steps |= {"review_end": "2019-08-02", "document": "2019-08-03", "opening": "2019-09-01", "result": "2019-10-01"}
    rounds = {"first": round_of(rules=year()), "second": {"rules": year(), "calendar": steps}}
    laws = national(reporting={"lowest": 0.0, "highest": 0.001, "ratchet": 1.0})
    tables = simulate(small(tmp_path, rounds=rounds, laws=laws, sets=QUIET, behaviour={"supply": AMPLE}), 0)
    use = tables["use"]
    first, last = np.datetime64("2019-01"), np.datetime64("2019-01") + months
    ordered = {name: column[(use["month"] >= first) & (use["month"] < last)] for name, column in use.items()}
    bought = total(ordered, ("drug", "province"), "selected")
    for key, volume in total(rows(tables["reports"], round="second"), ("drug", "province"), "reported").items():
        least = 0.001 * total(rows(tables["reports"], round="second"), ("drug", "province"), "past_use")[key]
        assert volume == pytest.approx(bought[key] * 12 / months, abs=least + 1e-9)


# heal: plants outlive agreements


def test_a_product_that_is_down_stays_down_when_a_new_agreement_begins(tmp_path: Path) -> None:
    slow = {"rate_oral": 3.0, "rate_injection": 3.0, "repair_months": 24.0, "default_rate": 0.0, "exit_rate": 0.0}
    rounds = {"first": round_of(), "second": round_of("2019-09-01")}
    tables = simulate(small(tmp_path, rounds=rounds, behaviour={"supply": slow}), 0)
    events, supply = tables["events"], tables["supply"]
    begins, down = date(2019, 9, 1), set[tuple[str, str]]()
    back: dict[tuple[str, str], date] = {}
    for kind, day, *key in zip(*(events[c].tolist() for c in ("kind", "date", "drug", "manufacturer")), strict=True):
        if kind == "disruption" and day < begins:
            down.add((key[0], key[1]))
        elif kind == "recovery":
            down -= {(key[0], key[1])} if day < begins else set()
            back.setdefault((key[0], key[1]), day)
    seen = 0
    for drug, firm in down:
        mine = rows(supply, round="second", drug=drug, manufacturer=firm)
        until = back.get((drug, firm), date(9999, 1, 1))
        still = np.array([month < until for month in mine["month"].astype("datetime64[D]").tolist()], dtype=np.bool_)
        assert mine["down"][still].all()
        seen += int(still.sum())
    assert seen > 0


# standard: the payment standard counts the years of one agreement


def test_the_payment_standard_begins_anew_with_every_agreement(tmp_path: Path) -> None:
    """Stepped over three years it is above the selected price in the first year of the second agreement as well."""
    rounds = {"first": round_of("2019-01-01"), "second": round_of("2021-01-01", year())}
    products: Any = [{**row, "pre_price": {"alpha": 8.0, "beta": 160.0, "gamma": 2.0}[row["drug"]]} for row in PRODUCTS]
    by_years = {}
    for years in (1, 3):
        scenario = small(
            tmp_path / str(years), rounds=rounds, products=products, laws=national(reimbursement={"years": years})
        )
        by_years[years] = total(rows(simulate(scenario, 0)["accounts"], flow="copayment"), ("month",), "yuan")
    for month in ("2019-06", "2021-06"):
        assert by_years[3][month,] < by_years[1][month,]
    for month in ("2021-12", "2022-02"):  # the last of the second agreement, and its price that holds after it
        assert by_years[3][month,] < by_years[1][month,]


# recall: counted by a metric of their own


def test_recalls_are_counted_apart_from_other_failures(tmp_path: Path) -> None:
    recalled = {**AMPLE, "breaches": 2.0}
    tables = simulate(small(tmp_path, behaviour={"supply": recalled}), 0)
    metrics, happened = measure(tables), int((tables["events"]["kind"] == "recall").sum())
    assert happened > 0
    assert (metrics["recalls"], metrics["disruptions"]) == (happened, 0)
    assert tables["supply"]["down"].any()


def test_failures_are_counted_apart_from_recalls(tmp_path: Path) -> None:
    failing = {**AMPLE, "rate_oral": 2.0, "rate_injection": 2.0}
    tables = simulate(small(tmp_path, behaviour={"supply": failing}), 0)
    metrics = measure(tables)
    assert metrics["recalls"] == 0
    assert metrics["disruptions"] == (tables["events"]["kind"] == "disruption").sum() > 0


# variantseed: pairs share their luck


@pytest.mark.parametrize("changes", [{"seed": 99}, {"replications": 3}])
def test_a_variant_may_change_neither_seed_nor_replications(tmp_path: Path, changes: dict[str, int]) -> None:
    file = write_scenario(tmp_path, replications=6, variants={"other": {"changes": changes}})
    with pytest.raises(InputError, match=f"a variant cannot change '{next(iter(changes))}'"):
        load_scenario(file, "other")


def test_vbp_check_looks_at_every_variant(tmp_path: Path) -> None:
    file = write_scenario(tmp_path, variants={"other": {"changes": {"seed": 99}}})
    assert check.callback is not None
    assert check.callback((str(file),), "", (), True, True) == 2


# ceil: a round whose ceilings cannot be known


def without_ceiling(drug: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k != "ceiling" or row["drug"] != drug} for row in DRUGS]


@pytest.mark.parametrize(
    "rounds",
    [
        {"first": round_of()},
        {"first": round_of(drugs=["alpha"]), "second": round_of("2020-01-01", year(ceiling={"rule": "before"}))},
        {  # another place's agreement is none of this round's
            "first": round_of(rules=year(members=["north"], ceiling={"rule": "before"}), drugs=["alpha"]),
            "second": round_of("2020-01-01", year(members=["south"], ceiling={"rule": "before"}), drugs=["beta"]),
        },
    ],
)
def test_a_round_whose_ceilings_cannot_be_known_is_refused(tmp_path: Path, rounds: dict[str, Any]) -> None:
    products = [{**row, "cost": 1.0} for row in PRODUCTS]
    with pytest.raises(InputError, match="no ceiling"):
        small(tmp_path, drugs=without_ceiling("beta"), products=products, rounds=rounds)
