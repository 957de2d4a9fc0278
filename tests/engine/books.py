"""The books of a run kept a second time: every flow recomputed from the tables `use`, `supply`, `bids`, `allocation`,
`awards`, `settlement` and `events`, from the market's own prices and costs, and from the dated laws.

Nothing of the engine is used but rules, which are tested by themselves. Markets must name every price, share and cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from vbp_sim.engine.clock import CLOSE, add_months
from vbp_sim.facts import fact, read
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.scenario.laws import in_force, plain, values
from vbp_sim.scenario.load import Scenario

Table = Mapping[str, np.ndarray[Any, Any]]
Key = tuple[Any, ...]
Sums = dict[Key, float]


#: what becomes of advances, and how goods are paid
ADVANCES = ("advance_set_off", "advance_return", "advance_repaid")
PAYMENTS = (
    "settlement", "settlement_late", "direct_settlement", "direct_withheld", "on_credit", "credit_payment", "collected",
    "collected_late", "finance_cost", "delivery_finance",
)  # fmt: skip


def months(first: date) -> int:
    return first.year * 12 + first.month - 1


def begins(day: date) -> int:
    """The month that begins on a day or after it."""
    return months(day) + (day.day > 1)


def whole(days: float) -> int:
    return round(days * 12 / 365.25)


class Made(NamedTuple):
    """A product as the market has it: yuan per unit, and its share of the drug's volume."""

    originator: bool
    price: float
    share: float
    cost: float
    company: str


@dataclass
class Cell:
    """An agreement in one place: ``parts`` of the orders by firm, the last month (exclusive) in which it holds."""

    round: str
    start: date
    term: int
    prices: dict[str, float]
    parts: dict[str, float]
    until: int
    cut: int | None = None
    changes: list[tuple[date, str, str]] = field(default_factory=list)

    def now(self, month: int) -> dict[str, float]:
        """Parts of the orders in a month, after the firms that left until its first day."""
        return self.before(date(month // 12, month % 12 + 1, 2))

    def before(self, day: date) -> dict[str, float]:
        """Parts of the orders after the firms that left before a day."""
        parts = dict(self.parts)
        for when, gone, heir in self.changes:
            if when < day and gone in parts:
                parts[heir] = parts.get(heir, 0.0) + parts.pop(gone)
        return {firm: part for firm, part in parts.items() if part > 0}

    def year(self, month: int) -> int:
        return min((month - begins(self.start)) // 12 + 1, -(-self.term // 12))

    def opens(self, month: int) -> int:
        """Length of the agreement year that begins in a month, else 0."""
        passed = month - begins(self.start)
        return min(12, self.term - passed) if passed % 12 == 0 and passed < self.term else 0


class Books:
    """All flows of one replication by (flow, month, round, place, level); months count from year 0."""

    def __init__(self, scenario: Scenario, tables: Mapping[str, Table]) -> None:
        self.spec, self.t = scenario.spec, tables
        every: list[Any] = list(scenario.market.products)
        self.firms = {
            (p.drug, p.manufacturer): Made(
                bool(p.originator), float(p.pre_price), float(p.pre_share), float(p.cost), p.owner or p.manufacturer
            )
            for p in every
        }
        self.drugs = [drug.id for drug in scenario.market.drugs]
        self.places = [place.id for place in scenario.market.provinces]
        self.first, self.last = (int(m) for m in np.unique(tables["use"]["month"].astype(int))[[0, -1]])
        self.first, self.last = self.first + 1970 * 12, self.last + 1970 * 12
        self.laws: dict[tuple[str, int], LocalLaw] = {}
        self.cells: dict[tuple[str, str], list[Cell]] = {}
        self._agree()
        self.before = {key: self._before(*key) for key in self.cells}
        #: month, drug, place, level, units used, their value and the fund's part of it, once `care` was asked
        self.worth: list[tuple[int, str, str, str, float, float, float]] = []
        #: month, round, place, level, value of what was not selected of the listed drugs, once `care` was asked
        self.others: list[tuple[int, str, str, str, float]] = []
        self.doses = {drug.id: (drug.class_atc, 1 / drug.ddd) for drug in scenario.market.drugs if drug.ddd}
        self.gone = self._gone()

    def _gone(self) -> dict[tuple[int, str, str], tuple[float, float]]:
        """By month, class and place: the part of who turned away that left the list, and the price of a dose there."""
        classes, turned = self.t["classes"], defaultdict(float)
        for m, drug, place, _, v in self.rows():
            if drug in self.doses:
                turned[m, self.doses[drug][0], place] += v["alternatives"] * self.doses[drug][1]
        names = ("class", "province", "other", "other_before", "price")
        month = (classes["month"].astype(int) + 1970 * 12).tolist()
        found = {}
        for m, of, place, other, before, price in zip(month, *(classes[n].tolist() for n in names), strict=True):
            away = turned[m, of, place]
            found[m, of, place] = max(other - before, 0.0) / away if away > 0 else 0.0, price
        return found

    def untouched(self, drug: str) -> float:
        """Mean price of the drug before any round."""
        return sum(part * price for _, part, price, *_ in self.rest(drug, "", self.first))

    def elsewhere(self, drug: str, place: str, month: int) -> tuple[float, float]:
        """Of a unit that turned away from a drug, the part that left the list, and what that cost there."""
        of, dose = self.doses.get(drug, ("", 0.0))
        part, price = self.gone.get((month, of, place), (0.0, 0.0))
        return part, part * price * dose

    def law(self, place: str, month: int) -> LocalLaw:
        month = min(max(month, self.first), self.last)
        if (place, month) not in self.laws:
            order = in_force(self.spec.laws, (place,), date(month // 12, month % 12 + 1, 1))
            self.laws[place, month] = LocalLaw.model_validate(plain(values(self.spec.laws, order)))
        return self.laws[place, month]

    def _agree(self) -> None:
        """Lay the rows of `allocation` out as agreements by drug and place, one after the other."""
        a, terms = self.t["allocation"], self.t["awards"]
        term = dict(zip(zip(terms["round"], terms["drug"], strict=True), terms["term_months"].tolist(), strict=True))
        rows: dict[tuple[str, str, str], list[tuple[str, float, float, float]]] = defaultdict(list)
        for row in zip(
            *(a[c] for c in ("round", "drug", "province")),
            *(a[c] for c in ("main", "agreed", "reported", "price")),
            strict=True,
        ):
            rows[row[:3]].append(row[3:])
        order = sorted(self.spec.rounds, key=lambda name: self.spec.rounds[name].calendar.start)
        for (name, drug, place), found in sorted(rows.items(), key=lambda item: order.index(item[0][0])):
            weights = next((w for w in ([r[1] for r in found], [r[2] for r in found]) if sum(w) > 0), None)
            weights = weights or [1.0] + [0.0] * (len(found) - 1)
            parts: dict[str, float] = {}
            for row, weight in zip(found, weights, strict=True):
                parts[row[0]] = parts.get(row[0], 0.0) + weight / sum(weights)
            start, length = self.spec.rounds[name].calendar.start, term[name, drug]
            listing = rules_of(self.spec.rounds[name]).after_term == "listing"
            until = begins(add_months(start, length)) if listing else self.last + 1
            bids = self.t["bids"]
            mine = (bids["round"] == name) & (bids["drug"] == drug) & bids["selected"]
            prices = dict(zip(bids["manufacturer"][mine].tolist(), bids["price"][mine].tolist(), strict=True))
            cell = Cell(name, start, length, prices, {f: p for f, p in parts.items() if p > 0}, until)
            older = self.cells.setdefault((drug, place), [])
            if older:
                older[-1].cut = begins(start)
                older[-1].until = min(older[-1].until, begins(start))
            older.append(cell)
            cell.changes = list(self._exits(cell, drug, place, found[0][0]))

    def _exits(self, cell: Cell, drug: str, place: str, main: str) -> Iterator[tuple[date, str, str]]:
        """Firms that left, and who got their part: by the events, else the main supplier of the time."""
        rules, e = rules_of(self.spec.rounds[cell.round]), self.t["events"]
        if rules.failure.takes_over == "none":
            return
        known = ("exit", "replacement", "unserved", "recall")
        for i in np.flatnonzero(np.isin(e["kind"], known) & (e["drug"] == drug)).tolist():
            day, firm = e["date"][i].astype(object), str(e["manufacturer"][i])
            if float(e["time"][i]) % 1 >= CLOSE:  # the books of a month that begins on that day are closed
                day += timedelta(1)
            if day < cell.start:
                continue
            if e["kind"][i] == "replacement" and e["round"][i] == cell.round and e["province"][i] == place:
                heir = str(read(e["text"][i])[0].values["firm"])
                main = heir
                yield day, firm, heir
            left = e["kind"][i] == "exit" and e["text"][i] == fact("gives_up")
            law = self.law(place, months(e["date"][i].astype(object)))
            struck = e["kind"][i] == "recall" and law.quality.place_lost
            if (left or struck) and firm != main:
                yield day, firm, main

    def at(self, drug: str, place: str, month: int) -> Cell | None:
        """The agreement that holds."""
        found = [c for c in self.cells.get((drug, place), ()) if begins(c.start) <= month < c.until]
        return found[-1] if found else None

    def round(self, drug: str, place: str, month: int) -> str:
        """The last round that has begun."""
        found = [c.round for c in self.cells.get((drug, place), ()) if begins(c.start) <= month]
        return found[-1] if found else ""

    def _before(self, drug: str, place: str) -> list[dict[str, float]]:
        """Prices outside the agreements, under each agreement in turn: at which each was last selected, capped."""
        prices = {firm: p.price for (d, firm), p in self.firms.items() if d == drug}
        found = []
        for number, cell in enumerate(self.cells[drug, place]):
            if number:
                older = self.cells[drug, place][number - 1]
                if older.until == older.cut:  # it held until the next one began
                    prices |= {firm: older.prices[firm] for firm in older.before(cell.start)}
            cap = self.law(place, months(cell.start)).platform
            highest = max(cell.prices.values())
            for firm, price in cell.prices.items():
                if firm not in cell.parts:
                    prices[firm] = min(prices[firm], float(cap.outside_price(np.asarray(price), np.asarray(highest))))
            found.append(dict(prices))
        return found

    def rest(self, drug: str, place: str, month: int) -> list[tuple[bool, float, float, float, str]]:
        """What is bought that is not selected: (originator, part, price, cost, firm), the parts adding up to 1."""
        mine = {firm: p for (d, firm), p in self.firms.items() if d == drug}
        generics = [p for p in mine.values() if not p.originator] or list(mine.values())
        usual = float(np.mean([p.price for p in generics]))
        usual_cost = float(np.mean([p.cost for p in generics]))
        cell = self.at(drug, place, month)
        price = {firm: p.price for firm, p in mine.items()}
        if cell is not None:
            price = self.before[drug, place][self.cells[drug, place].index(cell)]
        out = cell.now(month) if cell is not None else {}
        stays = self.spec.behaviour.choice.stays if out else 1.0
        left = [
            (p.originator, p.share * (stays if p.originator else 1.0), price[firm], p.cost, firm)
            for firm, p in mine.items()
            if firm not in out
        ]
        left.append((False, max(0.0, 1 - sum(p.share for p in mine.values())), usual, usual_cost, ""))
        total = sum(part for _, part, *_ in left)
        if total <= 0:
            return [(False, 1.0, usual, usual_cost, "")]
        return [(originator, part / total, *more) for originator, part, *more in left]

    def cost(self, drug: str, firm: str) -> float:
        return self.firms[drug, firm].cost

    def rows(self) -> Iterator[tuple[int, str, str, str, dict[str, float]]]:
        """Rows of `use` with their month."""
        use = self.t["use"]
        names = ("need", "selected", "generic", "originator", "alternatives", "away", "unmet", "agreed",
                 "substituted", "emergency", "relief", "waiting")  # fmt: skip
        month = (use["month"].astype(int) + 1970 * 12).tolist()
        volumes = zip(*(use[name].tolist() for name in names), strict=True)
        for m, *key, row in zip(month, *(use[c].tolist() for c in ("drug", "province", "level")), volumes, strict=True):
            yield m, *key, dict(zip(names, row, strict=True))

    def care(self) -> dict[str, Sums]:
        """By (month, round, place, level): value, cost and the fund's part of what was ``selected`` and the ``rest``.

        Of selected goods each firm has its part of the orders, which is right where everybody delivers what is ordered.
        """
        found: dict[str, Sums] = {name: defaultdict(float) for name in (
            "selected", "rest", "covered selected", "covered rest", "made selected", "made rest", "away",
            "made away")}  # fmt: skip
        finance, self.worth, self.others = self.spec.finance, [], []
        for m, drug, place, level, v in self.rows():
            key = (m, self.round(drug, place, m), place, level)
            cell, rest = self.at(drug, place, m), self.rest(drug, place, m)
            used = v["need"] - v["unmet"] - v["away"]
            parts = cell.now(m) if cell is not None else {}
            unit = sum(part * cell.prices[firm] for firm, part in parts.items()) if cell is not None else 0.0
            if cell is None:  # shown as selected before the first supply, and bought as before
                left = v["need"] - v["unmet"] - v["alternatives"]
                v["selected"], v["originator"] = 0.0, left * sum(part for brand, part, *_ in rest if brand)
                v["generic"] = left - v["originator"]
            law, worth, covered = self.law(place, m).reimbursement, 0.0, 0.0
            for brand, volume in ((True, v["originator"]), (False, v["generic"])):
                side = [(part, price) for o, part, price, *_ in rest if o is brand and part > 0]
                price = sum(a * b for a, b in side) / sum(a for a, _ in side) if side else 0.0
                pays = finance.fund_share * price
                if cell is not None:
                    most = law.standard(np.asarray(price), np.asarray(unit), cell.year(m))
                    pays = float(law.fund_pays(np.asarray(price), most, finance.fund_share))
                worth, covered = worth + volume * price, covered + volume * pays
            (left_list, paid), other = self.elsewhere(drug, place, m), sum(part * cost for _, part, _, cost, _ in rest)
            outside = v["alternatives"] * paid
            found["selected"][key] += v["selected"] * unit
            found["rest"][key] += worth + outside
            found["covered selected"][key] += finance.insured_share * finance.fund_share * v["selected"] * unit
            found["covered rest"][key] += finance.insured_share * (covered + finance.fund_share * outside)
            paid = finance.insured_share * (covered + finance.fund_share * (outside + v["selected"] * unit))
            self.worth.append((m, drug, place, level, used, worth + outside + v["selected"] * unit, paid))
            self.others.append((*key, worth))
            made = sum(part * self.cost(drug, firm) for firm, part in parts.items())
            found["made selected"][key] += v["selected"] * made
            brands = [(part, price, cost) for o, part, price, cost, _ in rest if o and part > 0]
            if v["away"] > 0:
                whole_ = sum(part for part, *_ in brands)
                worth_of, cost_of = (sum(b[0] * b[i] for b in brands) / whole_ for i in (1, 2))
                found["away"][key] += v["away"] * worth_of * finance.free_price
                found["made away"][key] += v["away"] * cost_of
            found["made rest"][key] += (v["generic"] + v["originator"] + v["alternatives"] * left_list) * other
        return found

    def delivered(self) -> tuple[Sums, Sums]:
        """Value and cost of selected goods by (month, round), from `supply`, whoever delivered."""
        s, bids, names = self.t["supply"], self.t["bids"], ("round", "drug", "manufacturer")
        value: Sums = defaultdict(float)
        cost: Sums = defaultdict(float)
        month = (s["month"].astype(int) + 1970 * 12).tolist()
        price = dict(zip(zip(*(bids[c] for c in names), strict=True), bids["price"].tolist(), strict=True))
        for m, *key, units in zip(month, *(s[c] for c in names), s["delivered"] + s["backup_delivered"], strict=True):
            value[m, key[0]] += units * price[tuple(key)]
            cost[m, key[0]] += units * self.cost(key[1], key[2])
        return value, cost

    def sold(self) -> tuple[Sums, Sums]:
        """Revenue and cost by (month, company), whose name is that of the owner, else of the manufacturer."""
        s, bids, names = self.t["supply"], self.t["bids"], ("round", "drug", "manufacturer")
        revenue: Sums = defaultdict(float)
        cost: Sums = defaultdict(float)
        month = (s["month"].astype(int) + 1970 * 12).tolist()
        price = dict(zip(zip(*(bids[c] for c in names), strict=True), bids["price"].tolist(), strict=True))
        for m, *key, units in zip(month, *(s[c] for c in names), s["delivered"] + s["backup_delivered"], strict=True):
            who = self.firms[key[1], key[2]].company
            revenue[m, who] += units * price[tuple(key)]
            cost[m, who] += units * self.cost(key[1], key[2])
        for m, drug, place, _, v in self.rows():
            rest = self.rest(drug, place, m)
            units = v["need"] - v["unmet"] - v["alternatives"] - v["away"]
            brands = [(part, paid, made, firm) for o, part, paid, made, firm in rest if o and part > 0]
            for part, paid, made, firm in brands if v["away"] > 0 else ():
                who, mine = self.firms[drug, firm].company, v["away"] * part / sum(b[0] for b in brands)
                revenue[m, who] += mine * paid * self.spec.finance.free_price
                cost[m, who] += mine * made
            left_list, elsewhere = self.elsewhere(drug, place, m)
            units -= v["selected"] if self.at(drug, place, m) is not None else 0.0
            for _, part, paid, made, firm in rest:
                who = self.firms[drug, firm].company if firm else ""
                revenue[m, who] += units * part * paid
                cost[m, who] += units * part * made
                cost[m, ""] += v["alternatives"] * left_list * part * made
            revenue[m, ""] += v["alternatives"] * elsewhere
        return revenue, cost

    def advances(self) -> tuple[Sums, Sums]:
        """Advances that firms get, and that hospitals keep, by (month, round, place)."""
        found: Sums = defaultdict(float)
        kept: Sums = defaultdict(float)
        for m, drug, place, _, v in self.rows():
            cell = self.at(drug, place, m)
            if cell is not None and cell.opens(m) and v["agreed"] > 0:
                price = sum(part * cell.prices[firm] for firm, part in cell.now(m).items())
                law = self.law(place, m).payment
                given = law.prepayment_share * v["agreed"] * cell.opens(m) * price
                found[m, cell.round, place] += law.passed_on * given
                kept[m, cell.round, place] += (1 - law.passed_on) * given
        return found, kept

    def settled(self, on_time: Mapping[tuple[str, str], float]) -> dict[str, Sums]:
        """Set off, returned and paid, and what waiting costs, where everybody delivers what is ordered and nobody
        leaves.

        ``on_time`` is the part that is paid when it is due, by place and level. What advances become is by (month,
        round, place), all else by (month, round, place, level).
        """
        found: dict[str, Sums] = {n: defaultdict(float) for n in (*ADVANCES, *PAYMENTS)}
        owed: dict[tuple[str, str, str, bool], tuple[float, str, int]] = {}
        use: dict[tuple[int, str, str], dict[str, dict[str, float]]] = defaultdict(dict)
        for m, drug, place, level, v in self.rows():
            use[m, drug, place][level] = v
        for (m, drug, place), levels in sorted(use.items(), key=lambda item: item[0][0]):
            cell, law, name = self.at(drug, place, m), self.law(place, m).payment, self.round(drug, place, m)
            parts = cell.now(m) if cell is not None else {}
            for key in [k for k in owed if k[:2] == (drug, place) and (k[2] not in parts or owed[k][1] != name)]:
                found["advance_repaid" if key[3] else "advance_return"][m, owed[key][1], place] += owed.pop(key)[0]
            sold = sum(v["selected"] for v in levels.values()) if cell is not None else 0.0
            agreed, off, worth = sum(v["agreed"] for v in levels.values()), 0.0, 0.0
            for firm, part in parts.items():
                assert cell is not None
                value = sold * part * cell.prices[firm]
                for kept in (False, True):
                    key, share = (drug, place, firm, kept), law.prepayment_share
                    share *= 1 - law.passed_on if kept else law.passed_on
                    if cell.opens(m):
                        given = share * agreed * cell.opens(m) * part * cell.prices[firm]
                        owed[key] = (owed.get(key, (0.0,))[0] + given, name, m + cell.opens(m) - 1)
                    if key in owed:
                        now = min(share * value, owed[key][0])
                        found["advance_repaid" if kept else "advance_set_off"][m, name, place] += now
                        off, owed[key] = off + (0.0 if kept else now), (owed[key][0] - now, *owed[key][1:])
                        if owed[key][2] <= m:
                            back = "advance_repaid" if kept else "advance_return"
                            found[back][m, name, place] += owed.pop(key)[0]
                worth += value
            for level, v in levels.items():
                chosen = v["selected"] * worth / sold * (1 - off / worth) if sold > 0 and worth > 0 else 0.0
                rest = self._outside(drug, place, m, v)
                self._paid(found, m, (name, place, level), chosen, rest, on_time[place, level])
        return found

    def _paid(self, found: dict[str, Sums], m: int, at: Key, chosen: float, rest: float, on_time: float) -> None:
        """When the goods of a month are paid, selected ones (less what is set off) and the ``rest``, and by whom."""
        law = self.law(at[1], m)
        pay, own = law.payment, law.distribution.pays_after()
        due, usual = whole(pay.due_days()), whole(pay.arrears_days)
        punctual = chosen * (on_time if usual > due and not pay.direct_settlement else 1.0)
        bills = [(punctual, due, "", pay.direct_settlement), (chosen - punctual, max(due, usual), "_late", False)]
        for yuan, lag, late, direct in (*bills, (rest, usual, "", False)):
            if direct:
                found["direct_settlement"][m + lag, *at] += yuan
                found["direct_withheld"][m + lag, *at] += yuan
            elif own is None:
                found["settlement" + late][m + lag, *at] += yuan
            else:
                found["on_credit"][m, *at] += yuan
                found["credit_payment"][m + whole(own), *at] += yuan
                found["collected" + late][m + lag, *at] += yuan
            held = own is not None and not direct
            for month in range(m, m + lag):
                found["delivery_finance" if held else "finance_cost"][month, *at] += yuan * pay.interest / 12
            for month in range(m, m + whole(own or 0.0) if held else m):
                found["finance_cost"][month, *at] += yuan * pay.interest / 12

    def _outside(self, drug: str, place: str, m: int, v: Mapping[str, float]) -> float:
        """Value of what was not selected, in a row of `use`."""
        rest, elsewhere = self.rest(drug, place, m), v["alternatives"] * self.elsewhere(drug, place, m)[1]
        if self.at(drug, place, m) is None:
            left = v["need"] - v["unmet"] - v["alternatives"]
            return left * sum(part * price for _, part, price, *_ in rest) + elsewhere
        worth = elsewhere
        for brand, volume in ((True, v["originator"]), (False, v["generic"])):
            side = [(part, price) for o, part, price, *_ in rest if o is brand and part > 0]
            worth += volume * sum(a * b for a, b in side) / sum(a for a, _ in side) if side else 0.0
        return worth

    def retained(self) -> Sums:
        """Retained surplus by (month of payment, round, place, level)."""
        s = self.t["settlement"]
        found: Sums = defaultdict(float)
        names = ("round", "contract_year", "drug", "province", "level", "retained")
        for name, year, drug, place, level, yuan in zip(*(s[c].tolist() for c in names), strict=True):
            series = self.cells[drug, place]
            number = next(i for i, cell in enumerate(series) if cell.round == name)
            ends = add_months(series[number].start, min(12 * year, series[number].term))
            for later in series[number + 1 :]:
                ends = min(ends, later.start)
            law = self.law(place, months(ends - timedelta(days=1))).retention
            found[months(add_months(ends, law.payout_months)), name, place, level] += yuan
        return found


def rules_of(one: Any) -> Any:
    return one.rules


def posted(table: Table, flow: str, *by: str, column: str = "yuan", kind: str = "flow") -> Sums:
    """Sums of a flow, or of a claim's column; months as `Books` counts them."""
    mine = table[kind] == flow
    sums: Sums = defaultdict(float)
    keys = [(table[c][mine].astype(int) + 1970 * 12 if c == "month" else table[c][mine]).tolist() for c in by]
    for key, yuan in zip(zip(*keys, strict=True), table[column][mine].tolist(), strict=True):
        sums[key] += yuan
    return sums


def close(a: Mapping[Key, float], b: Mapping[Key, float], what: str = "") -> None:
    """Two ledgers agree to 1e-9 of the larger figure, or of the largest in the ledger for what is nearly nothing."""
    most = max((abs(v) for v in (*a.values(), *b.values())), default=0.0)
    for key in {*a, *b}:
        x, y = a.get(key, 0.0), b.get(key, 0.0)
        assert abs(x - y) <= 1e-9 * max(abs(x), abs(y)) + 1e-12 * most, (what, key, x, y)
