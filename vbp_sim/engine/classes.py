"""Classes of molecules: what their patients need in DDD, by place and month, and which molecules serve it.

Listed drugs of a class and its other molecules share its need (`vbp_sim.agents.classes`). Of the others nothing is
known but their part of the class, taken to grow as the listed drugs would without agreements, and a price: at first
what a day's dose of the class costs in the place, from then on with a trend of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.classes import Class, Classes, served
from vbp_sim.engine.institutions import Institutions
from vbp_sim.engine.prices import Others
from vbp_sim.engine.response import Response
from vbp_sim.scenario.market import Market

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class ClassNeed:
    """Need of all classes whose molecules may serve each other's patients; ``rows`` are the drugs in them.

    (months, classes, places) in DDD: ``need`` of all patients, what ``other`` molecules serve of it, and what they
    would have served ``before`` anybody turned. (months, drugs, places): of what turns away from a drug the part
    ``left`` that goes to others than listed drugs, of what it gains the part ``drawn`` from them.
    """

    def __init__(self, model: Classes, market: Market, mean: Floats, months: int) -> None:
        drugs, places = mean.shape
        acting = [model.moves and drug.equivalence > 0 for drug in market.drugs]
        self._model = model
        self.rows = np.flatnonzero(acting)
        own = [market.drugs[d] for d in self.rows]
        self.ids = tuple(dict.fromkeys(drug.class_atc for drug in own))
        self._of = np.array([self.ids.index(drug.class_atc) for drug in own], dtype=np.int64)
        self._dose = np.array([1 / drug.ddd for drug in own if drug.ddd])
        alike = np.array([[drug.equivalence] * places for drug in own]).reshape(-1, places)
        units = market.reported[self.rows]
        doses = units * self._dose[:, None]
        total, worth, movable = (self._by_place(each) for each in (doses, units * mean[self.rows], doses * alike))
        self._price = _over(worth, total)
        self._members = np.append(self._of, np.arange(len(self.ids)))
        self._alike = np.concatenate([alike, _over(movable, total)]).T
        self._same = np.zeros(len(self.ids))
        self.need, self.other, self.before = (np.zeros((months, len(self.ids), places)) for _ in range(3))
        self.left, self.drawn = (np.zeros((months, drugs, places)) for _ in range(2))

    @property
    def acts(self) -> bool:
        """Whether any need may move."""
        return bool(self.rows.size)

    def price(self, m: int) -> Floats:
        """Price of other molecules in a month, yuan per DDD, (classes, places)."""
        return np.asarray(self._price * (1 + self._model.unlisted_trend) ** (m / 12))

    def unit_price(self, m: int) -> Floats:
        """The same for what a unit of each drug holds, yuan per unit, (drugs, places)."""
        price = np.zeros(self.left.shape[1:])
        price[self.rows] = self.price(m)[self._of] * self._dose[:, None]
        return price

    def move(
        self, m: int, place: int, need: Floats, usual: Floats, lost: Floats, dearer: Floats, since: Ints
    ) -> Floats:
        """Share out a month's need of a place, and return what each drug serves over its own need, (rows,).

        (rows,): ``need`` of its own patients and ``usual`` need without any agreement, units; ``lost`` and ``dearer``
        as in `Class`; the month ``since`` which it has been supplied.
        """
        model, doses = self._model, need * self._dose
        others = self._by_class(usual * self._dose) * (model.unlisted / (1 - model.unlisted))
        first = np.full(len(self.ids), np.iinfo(since.dtype).max)
        np.minimum.at(first, self._of, since)
        dearer_others = np.maximum(m - first, 0) / 12 * np.log1p(model.unlisted_trend)
        now = Class(
            of=self._members,
            need=np.append(doses, others),
            equivalence=self._alike[place],
            lost=np.append(lost, self._same),
            dearer=np.append(dearer, dearer_others),
        )
        after = served(now, model.attraction(now))
        listed, got = after[: len(doses)], after[len(doses) :]
        self.need[m, :, place] = self._by_class(doses) + others
        self.other[m, :, place], self.before[m, :, place] = got, others
        away, more = doses - listed, got - others
        for part, moved, taken in ((self.left, away, more), (self.drawn, -away, -more)):
            turned = self._by_class(np.maximum(moved, 0))
            part[m, self.rows, place] = np.minimum(_over(np.maximum(taken, 0), turned), 1)[self._of]
        return np.where(doses > 0, _over(listed, doses), 1.0)

    def _by_class(self, values: Floats) -> Floats:
        """Sums over the drugs of each class: (rows,) in, (classes,) out."""
        return np.bincount(self._of, weights=values, minlength=len(self.ids)).astype(np.float64)

    def _by_place(self, values: Floats) -> Floats:
        """The same for each place: (rows, places) in, (classes, places) out."""
        return np.array([self._by_class(column) for column in values.T]).T


def _over(values: Floats, total: Floats) -> Floats:
    """Values over a total, 0 where there is none."""
    return np.asarray(np.divide(values, total, out=np.zeros_like(total), where=total > 0))


class Turning:
    """Patients of one place who turn to another molecule. (drugs, levels) units of the present month: who ``turned``
    away from a drug, and who was ``gained``.

    An originator's part before and after is that of the day on which its drug's agreement began.
    """

    def __init__(self, classes: ClassNeed, place: int, institutions: Institutions, response: Response) -> None:
        self._classes, self._place, self._response = classes, place, response
        self._by_level = institutions.by_level
        self._usual = institutions.use[classes.rows] / 12
        self._total = self._usual.sum(axis=1)
        self._brand = np.zeros((2, len(institutions.use)))
        self._nothing = self.turned = self.gained = self._by_level(np.zeros_like(institutions.use))

    def begin(self, drug: int, others: Others) -> None:
        """An agreement begins, with the given side that is not selected."""
        self._brand[:, drug] = others.originator_share, others.originator_part

    def turn(self, m: int, needed: Floats, share: Floats, active: Bools, first: Ints) -> None:
        """Turn what drugs' own patients need in a month, (drugs, institutions), into what is asked of each.

        They turn by the ``share`` of selected products and the price that they saw last month; (drugs,): ``active``
        under an agreement, ``first`` month of supply.
        """
        rows, total = self._classes.rows, self._total
        own, (brand, part) = needed[rows], self._brand[:, rows]
        sold = (self._usual * share[rows]).sum(axis=1)
        selected = _over(sold, total)
        served = self._classes.move(
            m,
            self._place,
            need=own.sum(axis=1),
            usual=total * self._response.trend(m)[rows],
            lost=np.maximum(brand - (1 - selected) * part, 0) * active[rows],
            dearer=self._response.dearer[rows] * active[rows],
            since=first[rows],
        )
        self.turned = self.gained = self._nothing
        if (served == 1).all():
            return
        self.turned, self.gained = self._nothing.copy(), self._nothing.copy()
        by_level = self._by_level(own)
        self.turned[rows] = by_level * np.maximum(1 - served, 0)[:, None]
        self.gained[rows] = by_level * np.maximum(served - 1, 0)[:, None]
        needed[rows] = own * served[:, None]
        self._response.turn(rows, served)
