"""Second chance: firms outside the shortlist are offered a price."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Contest
from vbp_sim.scenario.parts import Part


class SecondChance(Part):
    """Decides who outside the shortlist is offered a second chance. Winners by it choose no province."""

    kind: ClassVar[str] = "second-chance"
    tag: ClassVar[str] = "rule"
    #: whether the rule needs to know what institutions reported by brand
    asks_for_brands: ClassVar[bool] = False

    @abstractmethod
    def offers(self, contest: Contest, price: IntArray) -> IntArray:
        """Return the offered price per firm (n,), 0 = none; ``price`` (n,) is what the winners get, 0 for
        others.
        """
