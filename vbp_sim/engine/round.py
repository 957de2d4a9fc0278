"""A bidding round as a SimPy process: reporting, review, document, opening, province choice, contract, start."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.interface import Conditions, Opening
from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.province import Province
from vbp_sim.engine.settlement import contract_years, replaced
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.world import World
from vbp_sim.rules import money
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import Award, Tender, contest, decide
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.parts import chosen
from vbp_sim.scenario.spec import Round

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class RoundProcess:
    """One round from the call for reports to the first supply; contracts then run on their own."""

    def __init__(self, world: World, round_id: str, spec: Round, provinces: list[Province]) -> None:
        self.world, self.id, self.spec, self.provinces = world, round_id, spec, provinces
        self.rules = chosen(spec.rules, RuleSet)
        tendered = set(spec.drugs or world.drug_ids)
        self.drugs = [d for d, name in enumerate(world.drug_ids) if name in tendered]
        self.members = [p for p in provinces if not self.rules.members or p.id in self.rules.members]

    def process(self) -> Generator[simpy.Event, None, None]:
        """Live through the calendar of the round."""
        world, calendar = self.world, self.spec.calendar
        day = world.clock.day
        yield from world.until(day(calendar.reporting_start))
        self._log("reporting-start", float(len(self.drugs)), "institutions begin to report their demand")
        yield from world.until(day(calendar.reporting_end))
        self._report()
        self._log("reporting-end", self._reported(), "units reported")
        yield from world.until(day(calendar.review_end))
        self._log("review-end", self._reported(), "units sent on by the provinces")
        yield from world.until(day(calendar.document))
        self._log("document", float(len(self.drugs)), "tender document published")
        yield from world.until(day(calendar.opening))
        contracts = self._open()
        yield from world.until(day(calendar.result))
        self._log("result", float(len(contracts)), "drugs awarded; contracts are signed")
        yield from world.until(day(calendar.start))
        for contract in contracts:
            self._start(contract)
        self._log("start", float(len(contracts)), "selected products are supplied")

    def _report(self) -> None:
        """Institutions report; what they expect to be guaranteed follows from the number of firms that may win."""
        shares = np.array([self._expected_share(d) for d in self.drugs])
        for province in self.members:
            province.report(self.id, self.drugs, shares)

    def _expected_share(self, drug: int) -> float:
        tender = self._tender(drug, self._qualified(drug), None)
        return float(self.rules.share.share(max(1, self._most_winners(tender)), tender.drug_class))

    def _most_winners(self, tender: Tender) -> int:
        places = contest(tender, self.rules).places
        return self.rules.selection.most(min(places, len(tender.firms)))

    def _qualified(self, drug: int) -> Ints:
        """Products that may bid: those of firms that are not barred."""
        barred = self.world.banned_until
        names = self.world.products.manufacturer
        mine = [i for i in self.world.products.of(drug) if barred.get(names[i], 0.0) <= self.world.env.now]
        return np.array(mine, dtype=np.int64)

    def _tender(self, drug: int, members: Ints, bids: Floats | None) -> Tender:
        world, record, n = self.world, self.world.market.drugs[drug], len(members)
        names = tuple(world.products.manufacturer[i] for i in members)
        contract = world.contracts[drug]
        before = {s.line.manufacturer for s in contract.suppliers} if contract else set()
        return Tender(
            drug=record.id,
            form=record.form,
            drug_class=record.drug_class,
            ceiling=self._ceiling(drug),
            firms=names,
            bids=np.zeros(n, dtype=np.int64) if bids is None else money.micro_array(np.nan_to_num(bids)),
            priority=world.products.pre_share[members],
            related=tuple(world.products.owner[i] for i in members),
            named=np.zeros(n),
            incumbent=np.array([name in before for name in names], dtype=np.bool_),
        )

    def _ceiling(self, drug: int) -> int:
        """Highest valid bid by the round's rule, from the market's ceiling and the lowest price before, micro-yuan."""
        record, contract = self.world.market.drugs[drug], self.world.contracts[drug]
        published, before = (0 if price is None else money.micro(price) for price in (record.ceiling, record.pre_price))
        if contract is not None:
            before = round(min(s.price for s in contract.suppliers) * money.YUAN)
        return self.rules.ceiling.price(published, before)

    def _open(self) -> list[Contract]:
        """Open the bids, decide, let winners choose provinces; return the contracts that will start."""
        world = self.world
        members = [self._qualified(d) for d in self.drugs]
        openings = [self._opening(d, m) for d, m in zip(self.drugs, members, strict=True)]
        bids = [world.bidding.bids(o, world.luck) for o in openings]
        tenders = [self._tender(d, m, b) for d, m, b in zip(self.drugs, members, bids, strict=True)]

        def answer(tender: int, offers: Ints) -> npt.NDArray[np.bool_]:
            return world.bidding.accepts(openings[tender], offers / money.YUAN, world.luck)

        awards = decide(tenders, self.rules, answer)
        contracts = []
        for d, m, bid, award in zip(self.drugs, members, bids, awards, strict=True):
            self._write_award(d, m, bid, award)
            if award.order:
                contracts.append(self._contract(d, m, award))
            else:
                self._write_reports(d, 0.0)
        self._log("opening", float(len(contracts)), f"of {len(self.drugs)} drugs are awarded")
        return contracts

    def _opening(self, drug: int, members: Ints) -> Opening:
        p = self.world.products
        tender = self._tender(drug, members, None)
        return Opening(
            round=self.id,
            drug=tender.drug,
            ceiling=tender.ceiling / money.YUAN,
            winners=self._most_winners(tender),
            manufacturer=tender.firms,
            originator=p.originator[members],
            cost=p.cost[members],
            pre_price=p.pre_price[members],
            real_bid=p.real_bid[members],
            pre_share=p.pre_share[members],
            conditions=self._conditions(drug),
        )

    def _conditions(self, drug: int) -> Conditions:
        """The tender document as bidders read it; provinces weigh as in the whole round, so that drugs are alike."""
        record, market = self.world.market.drugs[drug], self.world.market
        volumes = market.reported[np.ix_(self.drugs, [p.index for p in self.members])]
        weights = volumes.sum(axis=0)
        return Conditions(
            rules=self.rules,
            form=record.form,
            drug_class=record.drug_class,
            start=self.spec.calendar.start,
            weights=tuple((weights / max(float(weights.sum()), 1e-12)).round(4).tolist()),
            reported=float(market.reported[drug].sum()),
        )

    def _contract(self, drug: int, members: Ints, award: Award) -> Contract:
        """Draft the provinces and set up the suppliers of an awarded drug."""
        world, calendar = self.world, self.spec.calendar
        winners, record = len(award.order), world.market.drugs[drug]
        reported, here = np.zeros(len(self.provinces)), [p.index for p in self.members]
        reported[here] = [p.reported[self.id][drug].sum() for p in self.members]
        main, backup = np.full((2, len(self.provinces)), -1, dtype=np.int64)
        main[here] = self.rules.allocation.draft(reported[here], winners)
        backup[here] = self.rules.backup.assign(reported[here], main[here], winners)
        selected = int(award.selected.sum())
        share = float(self.rules.share.share(selected, record.drug_class))
        term = self.rules.term.months(selected, record.drug_class, calendar.start, record.form)
        contract = Contract(self.id, drug, self.rules, [], main, backup, share, calendar.start, term)
        for place, firm in enumerate(award.order):
            agreed = share * float(reported[main == place].sum())
            contract.suppliers.append(self._supplier(contract, int(members[firm]), float(award.price[firm]), agreed))
        self._write_allocation(contract, reported)
        self._write_reports(drug, share)
        return contract

    def _supplier(self, contract: Contract, product: int, price: float, agreed: float) -> Supplier:
        world, p = self.world, self.world.products
        yuan, record = price / money.YUAN, world.market.drugs[contract.drug]
        line = Line(self.id, record.id, p.manufacturer[product], record.form, (yuan - float(p.cost[product])) / yuan)
        return Supplier(
            line=line,
            product=product,
            price=yuan,
            capacity=max(float(p.capacity[product]), world.supply.committed_capacity * agreed) / 12,
            stock=world.supply.stock_months * agreed / 12,
            until=world.clock.day(contract.end),
        )

    def _start(self, contract: Contract) -> None:
        """First day of supply: the contract binds, its suppliers and its years begin."""
        world, old = self.world, self.world.contracts[contract.drug]
        if old is not None:
            replaced(world, old, self.provinces)
        world.contracts[contract.drug] = contract
        if world.first_start[contract.drug] is None:
            world.first_start[contract.drug] = contract.start
        for province in self.provinces:
            province.begin(contract)
        world.recorder.contract(contract)
        for supplier in contract.suppliers:
            leave = partial(world.leave, contract)
            world.env.process(supplier.life(world.env, world.supply, world.luck, world.log, leave))
        world.env.process(contract_years(world, contract, self.provinces))

    def _reported(self) -> float:
        return float(sum(p.reported[self.id][self.drugs].sum() for p in self.members))

    def _log(self, kind: str, value: float, text: str) -> None:
        self.world.log(kind, round=self.id, value=value, text=text)

    def _write_award(self, drug: int, members: Ints, bids: Floats, award: Award) -> None:
        world, p, record = self.world, self.world.products, self.world.market.drugs[drug]
        ceiling = self._ceiling(drug) / money.YUAN or np.nan
        price = np.where(award.selected, award.price / money.YUAN, np.nan)
        lowest = float(np.nanmin(price)) if award.selected.any() else np.nan
        for i, product in enumerate(members):
            world.recorder.row(
                "bids", self.id, record.id, p.manufacturer[product], p.originator[product], award.rank[i], bids[i],
                ceiling, p.pre_price[product], p.cost[product], award.shortlisted[i], award.selected[i], price[i],
                award.reasons[i], p.real_bid[product], p.real_selected[product],
            )
            after = price[i] if award.selected[i] else p.pre_price[product]
            standard = after if award.failed else float(
                self.rules.payment.standard(np.array([after]), np.array([lowest]), 1)[0]
            )
            world.recorder.row("prices", self.id, record.id, p.manufacturer[product], p.originator[product],
                               award.selected[i], p.pre_price[product], after, standard)
        real = p.real_bid[members][p.real_selected[members] == 1]
        winners = int(award.selected.sum())
        world.recorder.row(
            "awards", self.id, record.id, len(members), award.n, int(award.shortlisted.sum()), winners, award.failed,
            lowest, ceiling, float(self.rules.share.share(winners, record.drug_class)) if winners else 0.0,
            self.rules.term.months(winners, record.drug_class, self.spec.calendar.start, record.form) if winners else 0,
            float(record.pre_price) if record.pre_price is not None else np.nan,
            float(np.nanmin(real)) if len(real) and not np.isnan(real).all() else np.nan,
        )

    def _write_allocation(self, contract: Contract, reported: Floats) -> None:
        world, drug = self.world, self.world.drug_ids[contract.drug]
        for i, province in enumerate(self.provinces):
            main, backup = contract.supplier_of(i), int(contract.backup[i])
            if main is None:
                continue
            second = contract.suppliers[backup] if backup >= 0 else None
            world.recorder.row(
                "allocation", self.id, drug, province.id, main.line.manufacturer,
                second.line.manufacturer if second else "", main.price, second.price if second else np.nan,
                reported[i], contract.share * reported[i],
            )

    def _write_reports(self, drug: int, share: float) -> None:
        for province in self.members:
            inst = province.institutions
            past = inst.by_level(inst.use[[drug]])[0]
            reported = inst.by_level(province.reported[self.id][[drug]])[0]
            for level, name in enumerate(LEVELS):
                self.world.recorder.row("reports", self.id, self.world.drug_ids[drug], province.id, name,
                                        int(inst.counts[level]), past[level], reported[level], share * reported[level])
