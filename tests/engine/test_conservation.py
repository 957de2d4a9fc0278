"""What must add up in every run, however awkward the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from small import rows, total

from vbp_sim.engine.clock import Clock, add_months, first_from
from vbp_sim.engine.simulation import horizon
from vbp_sim.engine.tables import TABLES
from vbp_sim.engine.world import World
from vbp_sim.runs.metrics import METRICS, measure
from vbp_sim.scenario.load import Scenario

Table = Mapping[str, np.ndarray[Any, Any]]
Tables = Mapping[str, Table]
CLOSE = {"rtol": 1e-9, "atol": 1e-6}
KEY, CELL = ("round", "drug", "province"), ("month", "drug", "province")


def test_every_table_has_its_columns_and_only_declared_gaps(ran: tuple[Scenario, Tables]) -> None:
    may_be_nan = {
        "bid",
        "pre_price",
        "price",
        "real_bid",
        "lowest",
        "real_price",
        "backup_price",
        "delay_days",
        "value",
        "ceiling",
    }
    for name, table in ran[1].items():
        assert tuple(table) == TABLES[name].names
        assert len({len(values) for values in table.values()}) == 1, name
        for column in TABLES[name].columns:
            if column.kind == "float" and column.name not in may_be_nan:
                assert np.isfinite(table[column.name]).all(), f"{name}.{column.name}"


def test_need_is_selected_other_or_unmet(ran: tuple[Scenario, Tables]) -> None:
    """T25, with drugs outside the list where a scenario has them."""
    use = ran[1]["use"]
    parts = use["selected"] + use["generic"] + use["originator"] + use["alternatives"] + use["away"] + use["unmet"]
    np.testing.assert_allclose(parts, use["need"], **CLOSE)
    for name in ("need", "selected", "generic", "originator", "alternatives", "away", "unmet", "substituted", "agreed"):
        assert use[name].min() >= -1e-9, name
    assert (use["substituted"] <= use["generic"] + use["originator"] + 1e-6).all()
    assert (use["selected_originator"] <= use["selected"] + 1e-9).all()


def test_what_is_ordered_is_delivered_or_short(ran: tuple[Scenario, Tables]) -> None:
    """T29."""
    supply = ran[1]["supply"]
    np.testing.assert_allclose(supply["delivered"] + supply["short"], supply["ordered"], **CLOSE)
    for name in ("ordered", "delivered", "backup_delivered", "short", "stock", "capacity"):
        assert supply[name].min(initial=0.0) >= 0, name


def test_what_is_delivered_is_used(ran: tuple[Scenario, Tables]) -> None:
    """Every unit that a supplier delivers is bought somewhere, and every selected unit was delivered."""
    supply, use = ran[1]["supply"], ran[1]["use"]
    delivered = total(supply, ("month", "drug"), "delivered")
    for key, helped in total(supply, ("month", "drug"), "backup_delivered").items():
        delivered[key] += helped
    begun = supplied(ran)
    used = total({**use, "selected": np.where(begun, use["selected"], 0.0)}, ("month", "drug"), "selected")
    for key, volume in delivered.items():
        assert used[key] == pytest.approx(volume, rel=1e-9, abs=1e-6), key


def supplied(ran: tuple[Scenario, Tables]) -> np.ndarray:
    """Rows of the table of use from the first supply of the drug in the place on; before, `selected` looks back."""
    scenario, use, first = ran[0], ran[1]["use"], {}
    for name, drug, province in zip(*(ran[1]["allocation"][c] for c in KEY), strict=True):
        start = np.datetime64(first_from(scenario.spec.rounds[name].calendar.start), "M")
        first[drug, province] = min(first.get((drug, province), start), start)
    never = np.datetime64("9999-12", "M")
    return np.array([m >= first.get((d, p), never) for m, d, p in zip(*(use[c] for c in CELL), strict=True)])


def test_capacity_bounds_what_is_delivered(ran: tuple[Scenario, Tables]) -> None:
    """Over any first months of a plant: deliveries + stock <= what agreements began with + what could be made."""
    supply = ran[1]["supply"]
    for drug, firm in {*zip(supply["drug"], supply["manufacturer"], strict=True)}:
        mine = rows(supply, drug=drug, manufacturer=firm)
        months, first = np.unique(mine["month"], return_index=True)
        out = total({**mine, "out": mine["delivered"] + mine["backup_delivered"]}, ["month"], "out")
        made = np.cumsum(mine["capacity"][first])
        began = np.array([sum(stock for start, stock in first_stocks(ran, drug, firm) if start <= m) for m in months])
        used = np.cumsum([out[str(m),] for m in months]) + mine["stock"][first]
        assert (used <= (began + made) * (1 + 1e-9) + 1e-6).all(), (drug, firm)


def first_stocks(ran: tuple[Scenario, Tables], drug: str, firm: str) -> list[tuple[np.datetime64, float]]:
    """By agreement of a plant, its first month and the stock aimed at for all that are in force somewhere then."""
    scenario, places = ran[0], rows(ran[1]["allocation"], drug=drug)
    supply: Any = scenario.spec.behaviour.supply
    found, open_ = [], {}
    for name, one in scenario.spec.rounds.items():
        here = rows(places, round=name)
        open_ = {older: kept - {*here["province"]} for older, kept in open_.items()} | {name: {*here["province"]}}
        if firm in won(ran[1], name, drug):
            serving = [older for older, kept in open_.items() if kept]
            agreed = sum(float(rows(places, round=r, main=firm)["agreed"].sum()) for r in serving)
            found.append((np.datetime64(first_from(one.calendar.start), "M"), float(supply.aim(agreed / 12))))
    return found


def won(tables: Tables, round_id: str, drug: str) -> set[str]:
    return {*rows(tables["bids"], round=round_id, drug=drug, selected=True)["manufacturer"]}


def test_every_agreement_of_a_plant_shows_the_same_plant(ran: tuple[Scenario, Tables]) -> None:
    supply = ran[1]["supply"]
    seen: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    columns = [supply[c].tolist() for c in ("month", "drug", "manufacturer", "down", "capacity", "stock")]
    for month, drug, firm, *state in zip(*columns, strict=True):
        assert seen.setdefault((month, drug, firm), tuple(state)) == tuple(state)


def test_nothing_comes_from_a_product_that_is_down_with_empty_stock(ran: tuple[Scenario, Tables]) -> None:
    """T30; what was under way when it went down still arrives, and a recovery may fall between two months' ends."""
    supply, events = ran[1]["supply"], ran[1]["events"]
    model: Any = ran[0].spec.behaviour.supply
    of = ("kind", "drug", "manufacturer", "date")
    back = {
        (drug, firm, str(date)[:7])
        for kind, drug, firm, date in zip(*(events[name] for name in of), strict=True)
        if kind in ("recovery", "ingredient-recovery")
    }
    before: dict[tuple[str, ...], tuple[int, float]] = {}
    for i in np.argsort(supply["month"], kind="stable"):
        key = (supply["round"][i], supply["drug"][i], supply["manufacturer"][i])
        months_down, stock = before.get(key, (0, 1.0))
        near = [str(supply["month"][i] - ago) for ago in (0, 1)]
        recent = any((key[1], firm, month) in back for firm in (key[2], "") for month in near)
        if months_down > model.lead_months and stock == 0 and supply["down"][i] and not recent:
            assert supply["delivered"][i] + supply["backup_delivered"][i] == pytest.approx(0, abs=1e-9)
        down = bool(supply["down"][i])
        before[key] = (months_down + 1 if down and not recent else int(down), float(supply["stock"][i]))


def test_agreed_is_the_guaranteed_part_of_what_was_reported(ran: tuple[Scenario, Tables]) -> None:
    """T17: the sum of agreed volumes is V(k) R, and every province's volume has suppliers for all of it."""
    awards, reports, places = ran[1]["awards"], ran[1]["reports"], ran[1]["allocation"]
    share = {
        key: s
        for *key_, s in zip(awards["round"], awards["drug"], awards["share"], strict=True)
        for key in [tuple(key_)]
    }
    for table in (reports, places):
        of_row = np.array([share[key] for key in zip(table["round"], table["drug"], strict=True)])
        np.testing.assert_allclose(table["agreed"], of_row * table["reported"], **CLOSE)
    by_province = total(reports, KEY, "reported")
    for key, reported in total(places, KEY, "reported").items():
        assert by_province[key] == pytest.approx(reported)


def test_reports_add_up_to_the_market_over_the_reporting_ratio(ran: tuple[Scenario, Tables]) -> None:
    scenario, tables = ran
    past = total(tables["reports"], KEY, "past_use")
    market, ids = scenario.market, [d.id for d in scenario.market.drugs]
    places = [p.id for p in market.provinces]
    for (round_id, drug, province), use in past.items():
        wanted = market.reported[ids.index(drug), places.index(province)] / scenario.spec.demand.reporting_ratio
        day = scenario.spec.rounds[round_id].calendar.reporting_end
        ago = np.arange(-12, 0) - (day.month - 1)  # the calendar year before the report
        if round_id == "first":
            assert use == pytest.approx(wanted * np.mean((1 + scenario.spec.demand.trend) ** (ago / 12)), rel=1e-9)


def test_agreed_volume_of_the_months_is_that_of_the_contract_years(ran: tuple[Scenario, Tables]) -> None:
    tables = ran[1]
    settled = total(tables["settlement"], ("drug", "province", "level"), "agreed")
    monthly = total(tables["use"], ("drug", "province", "level"), "agreed")
    for key, agreed in monthly.items():
        assert settled.get(key, 0.0) == pytest.approx(agreed, rel=1e-9, abs=1e-6), key


def test_what_is_settled_is_what_was_used_under_contract(ran: tuple[Scenario, Tables]) -> None:
    tables, use = ran[1], ran[1]["use"]
    running = {*zip(*(use[c][use["agreed"] > 0] for c in ("month", "drug", "province")), strict=True)}
    inside = np.array(
        [key in running for key in zip(use["month"], use["drug"], use["province"], strict=True)], dtype=np.bool_
    )
    under = {name: values[inside] for name, values in use.items()}
    for column, parts in (("bought", ("selected",)), ("nonselected", ("generic", "originator"))):
        settled = total(tables["settlement"], ("drug", "province"), column)
        used = [total(under, ("drug", "province"), part) for part in parts]
        for key in used[0]:
            assert settled.get(key, 0.0) == pytest.approx(sum(u[key] for u in used), rel=1e-9, abs=1e-6)


def test_budget_is_spend_and_surplus_where_savings_are_not_negative(ran: tuple[Scenario, Tables]) -> None:
    """Institutions are clipped at zero one by one, so by level the surplus is at least budget less spend."""
    t = ran[1]["settlement"]
    assert (t["surplus"] >= t["budget"] - t["spend"] - 1e-6 * t["budget"] - 1e-6).all()
    assert (t["surplus"] >= 0).all()
    assert (t["retained"] <= 0.5 * t["surplus"] + 1e-6).all()
    assert (t["retained"] >= 0).all()
    assert (t["passed"] <= t["institutions"]).all()


def test_every_contract_year_is_settled_once(ran: tuple[Scenario, Tables]) -> None:
    t, events = ran[1]["settlement"], ran[1]["events"]
    keys = list(zip(*(t[c] for c in ("round", "contract_year", "drug", "province", "level")), strict=True))
    assert len(keys) == len(set(keys))
    contracts = {*zip(ran[1]["allocation"]["round"], ran[1]["allocation"]["drug"], strict=True)}
    ended = rows(events, kind="term-end")
    assert {*zip(ended["round"], ended["drug"], strict=True)} == contracts
    in_full = rows(ended, text="")
    assert len({*zip(in_full["round"], in_full["drug"], strict=True)}) == len(in_full["drug"])


def test_fund_and_patients_pay_what_is_spent(ran: tuple[Scenario, Tables]) -> None:
    """Drugs outside the list are paid for, too."""
    fund = ran[1]["fund"]
    spent = fund["spend"] + fund["alternatives"] + fund["outside"]
    np.testing.assert_allclose(fund["fund_paid"] + fund["patient_paid"], spent, **CLOSE)
    np.testing.assert_allclose(fund["baseline_fund"] + fund["baseline_patient"], fund["baseline"], **CLOSE)
    for name in ("spend", "alternatives", "fund_paid", "patient_paid", "prepaid"):
        assert fund[name].min() >= -1e-6, name


def test_before_the_first_supply_all_is_as_it_was(ran: tuple[Scenario, Tables]) -> None:
    fund, use = ran[1]["fund"], ran[1]["use"]
    supplied = ran[1]["supply"]["month"]
    first = supplied.min() if len(supplied) else np.datetime64("9999-12", "M")
    early = fund["month"] < first
    for actual, usual in (("spend", "baseline"), ("fund_paid", "baseline_fund"), ("patient_paid", "baseline_patient")):
        np.testing.assert_allclose(fund[actual][early], fund[usual][early], **CLOSE)
    assert fund["prepaid"][early].sum() == 0
    assert use["unmet"][use["month"] < first].sum() == 0


def test_spend_is_price_times_volume(ran: tuple[Scenario, Tables]) -> None:
    """Spend of every month, rebuilt: deliveries at awarded prices, the rest at what others cost, and everything at the
    mean earlier price before the first supply in a place."""
    scenario, tables = ran
    supply, bids, use, fund = (tables[name] for name in ("supply", "bids", "use", "fund"))
    if set(tables["events"]["kind"]) & {"exit", "collusion"}:
        return  # the price of others depends on the main supplier, which changes
    names = ("round", "drug", "manufacturer")
    price = dict(zip(zip(*(bids[c] for c in names), strict=True), bids["price"], strict=True))
    paid = np.array([price[key] for key in zip(*(supply[c] for c in names), strict=True)])
    assert np.isfinite(paid).all()
    turnover = paid * (supply["delivered"] + supply["backup_delivered"])
    others, begun = other_prices(scenario, tables), supplied(ran)
    for month in np.unique(use["month"]):
        rest, now = 0.0, use["month"] == month
        columns = [use[c][now] for c in ("drug", "province", "selected", "generic", "originator")]
        for drug, province, since, selected, generic, originator in zip(
            *columns[:2], begun[now], *columns[2:], strict=True
        ):
            generic_price, originator_price, mean = others(month, drug, province)
            if since:
                rest += generic_price * generic + originator_price * originator
            else:
                rest += mean * (selected + generic + originator)
        spend = fund["spend"][fund["month"] == month].sum()
        assert spend == pytest.approx(turnover[supply["month"] == month].sum() + rest, rel=1e-9)


def other_prices(scenario: Scenario, tables: Tables) -> Any:
    """Prices of non-selected generics and originators, and the mean before any round, by month (in order), drug and
    province, from the engine's own firms: who supplied a place under an agreement that another one replaced keeps that
    price there."""
    world = World(scenario, 1, Clock(scenario.spec.start, horizon(scenario)))
    ids, p = list(world.drug_ids), world.products
    names = [place.id for place in scenario.market.provinces]
    paid: dict[tuple[str, ...], dict[str, float]] = {}
    for *key, firm, price in zip(*(tables["allocation"][c] for c in (*KEY, "main", "price")), strict=True):
        paid.setdefault(tuple(key), {})[firm] = price
    rounds = scenario.spec.rounds.items()

    def of(month: Any, drug: str, province: str) -> tuple[float, float, float]:
        begun = [
            name for name, one in rounds if np.datetime64(first_from(one.calendar.start), "M") <= month
            and (name, drug, province) in paid
        ]  # fmt: skip
        place = names.index(province)
        product = {p.manufacturer[i]: int(i) for i in p.of(ids.index(drug))}
        for name in begun[:-1]:
            if rules_of(scenario.spec.rounds[name]).after_term == "listing":
                continue  # nothing was in force any more when the next one began
            for firm, price in paid[name, drug, province].items():
                world.prices.settle(product[firm], place, price)
        running = [name for name in begun[-1:] if in_force(scenario, name, month)]
        selected = tuple(product[firm] for name in running for firm in paid[name, drug, province])
        others = world.prices.others(ids.index(drug), place, selected)
        return others.generic_price, others.originator_price, float(world.prices.mean[ids.index(drug), place])

    return of


def in_force(scenario: Scenario, name: str, month: Any) -> bool:
    """Whether an agreement that nobody replaced still sets prices in a month."""
    rules, start = rules_of(scenario.spec.rounds[name]), scenario.spec.rounds[name].calendar.start
    end = first_from(add_months(start, rules.term.months(1, "", start)))
    return bool(rules.after_term != "listing" or month < np.datetime64(end, "M"))


def test_prepayments_are_the_share_of_the_agreed_value(ran: tuple[Scenario, Tables]) -> None:
    """Once for every contract year, at the agreed prices; a year cut short was advanced in full."""
    scenario, tables = ran
    if {"exit", "collusion"} & set(tables["events"]["kind"]):
        return  # provinces change their main supplier, and so their price
    places, settled = tables["allocation"], tables["settlement"]
    volume = total(places, KEY, "agreed")
    value = total({**places, "value": places["agreed"] * places["price"]}, KEY, "value")
    price = {key: value[key] / volume[key] if volume[key] else 0.0 for key in value}
    law: Any = scenario.spec.laws["national"].rules
    keys = zip(*(settled[c] for c in KEY), strict=True)
    owed = sum(price[key] * agreed for key, agreed in zip(keys, settled["agreed"], strict=True))
    owed *= law.payment.prepayment_share
    prepaid = tables["fund"]["prepaid"].sum()
    if cut_short(scenario):
        assert owed - 1e-6 <= prepaid <= 2 * owed
    else:
        assert prepaid == pytest.approx(owed)


def rules_of(one: Any) -> Any:
    """The rules of a round."""
    return one.rules


def cut_short(scenario: Scenario) -> bool:
    ends = [
        add_months(one.calendar.start, rules_of(one).term.months(1, "", one.calendar.start))
        for one in scenario.spec.rounds.values()
    ]
    starts = [one.calendar.start for one in scenario.spec.rounds.values()]
    return any(end > start for end, start in zip(ends, starts[1:], strict=False))


def test_events_come_in_order_of_time_and_within_the_calendar(ran: tuple[Scenario, Tables]) -> None:
    scenario, events = ran[0], ran[1]["events"]
    assert (np.diff(events["time"]) >= 0).all()
    days = (events["date"] - np.datetime64(scenario.spec.start, "D")).astype(int)
    np.testing.assert_array_equal(days, np.floor(events["time"]).astype(int))
    for name, one in scenario.spec.rounds.items():
        mine = rows(events, round=name)
        for kind, step in (("opening", "opening"), ("start", "start"), ("result", "result"), ("document", "document")):
            dates = mine["date"][(mine["kind"] == kind) & (mine["drug"] == "")]
            assert [str(d) for d in dates] == [str(getattr(one.calendar, step))]


def test_metrics_can_be_taken(ran: tuple[Scenario, Tables]) -> None:
    values = measure(ran[1])
    plain = [id for id, metric in METRICS.items() if not metric.control]
    assert list(values)[: len(plain)] == plain
    shares = (
        "completion_cells",
        "selected_share",
        "originator_share",
        "unmet_share",
        "assessment_pass_rate",
        "retained_share",
        "bid_success",
        "hhi",
        "originator_win_rate",
    )
    for name in shares:
        assert np.isnan(values[name]) or 0 <= values[name] <= 1 + 1e-9, name
