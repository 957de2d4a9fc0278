"""Writes a round's bids, awards, allocation and reports into the tables of a run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.contract import Contract
from vbp_sim.engine.round.scope import Scope
from vbp_sim.rules import money
from vbp_sim.rules.tender import Award, Tender
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rows:
    """The writer of one round."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def award(self, drug: int, members: Ints, bids: Floats, tender: Tender, award: Award, share: float) -> None:
        """The tables `bids`, `prices` and `awards` of one drug, of which ``share`` is guaranteed.

        ``members`` are its products, ``bids`` in yuan.
        """
        world, rules, round_id = self.scope.world, self.scope.rules, self.scope.id
        p, record, before = world.products, world.market.drugs[drug], world.prices_now(drug)
        law = world.law(self.scope.members[0].index, self.scope.spec.calendar.start)
        ceiling = tender.ceiling / money.YUAN or np.nan
        price = np.where(award.selected, award.price / money.YUAN, np.nan)
        lowest = float(np.nanmin(price)) if award.selected.any() else np.nan
        for i, product in enumerate(members):
            world.recorder.row(
                "bids",
                round_id,
                record.id,
                p.manufacturer[product],
                p.originator[product],
                award.rank[i],
                bids[i],
                ceiling,
                before[product],
                p.cost[product],
                award.shortlisted[i],
                award.selected[i],
                price[i],
                award.reasons[i],
                p.real_bid[product],
                p.real_selected[product],
            )
            after = price[i] if award.selected[i] else before[product]
            standard = (
                after
                if award.failed
                else float(law.reimbursement.standard(np.array([after]), np.array([lowest]), 1)[0])
            )
            world.recorder.row(
                "prices",
                round_id,
                record.id,
                p.manufacturer[product],
                p.originator[product],
                award.selected[i],
                before[product],
                after,
                standard,
            )
        real = p.real_bid[members][p.real_selected[members] == 1]
        winners = int(award.selected.sum())
        start = self.scope.spec.calendar.start
        world.recorder.row(
            "awards",
            round_id,
            record.id,
            len(members),
            award.n,
            int(award.shortlisted.sum()),
            winners,
            award.failed,
            lowest,
            ceiling,
            share,
            rules.term.months(winners, record.drug_class, start, record.form) if winners else 0,
            float(record.pre_price) if record.pre_price is not None else np.nan,
            float(np.nanmin(real)) if len(real) and not np.isnan(real).all() else np.nan,
        )

    def allocation(self, contract: Contract) -> None:
        """The table `allocation` of one drug: a row for the main supplier of a province, then one for each brand."""
        volumes = contract.volumes
        for p, province in enumerate(self.scope.provinces):
            main = int(volumes.main[p])
            if main < 0:
                continue
            self._allocated(contract, province.id, main, int(contract.backup[p]), False, float(volumes.rest[p]))
            for brand in np.flatnonzero(volumes.direct[:, p]).tolist():
                self._allocated(contract, province.id, brand, -1, True, float(volumes.direct[brand, p]))

    def _allocated(
        self, contract: Contract, province: str, place: int, backup: int, by_brand: bool, reported: float
    ) -> None:
        supplier, world = contract.suppliers[place], self.scope.world
        second = contract.suppliers[backup] if backup >= 0 else None
        world.recorder.row(
            "allocation", self.scope.id, world.drug_ids[contract.drug], province, supplier.line.manufacturer,
            second.line.manufacturer if second else "", supplier.price, second.price if second else np.nan, by_brand,
            reported, float(contract.volumes.shares[place]) * reported,
        )  # fmt: skip

    def reports(self, drug: int, shares: Floats) -> None:
        """The table `reports` of one drug; ``shares`` (provinces,) are the parts that are agreed."""
        world, name = self.scope.world, self.scope.world.drug_ids[drug]
        for province in self.scope.members:
            inst = province.institutions
            past = inst.by_level(province.past[self.scope.id][[drug]])[0]
            reported = inst.by_level(province.reported[self.scope.id][[drug]])[0]
            share = float(shares[province.index])
            for i, level in enumerate(LEVELS):
                world.recorder.row(
                    "reports", self.scope.id, name, province.id, level, int(inst.counts[i]), past[i], reported[i],
                    share * reported[i],
                )  # fmt: skip
