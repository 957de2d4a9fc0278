"""What products of one owner have in common: a company is barred as a whole, and repairs with the crews that it has."""

from __future__ import annotations

import simpy

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.clock import MONTH


class Companies:
    """The companies behind all products; a product without an owner belongs to its manufacturer."""

    def __init__(self, env: simpy.Environment, products: Products, crews: int) -> None:
        self._env, self._products, self._size = env, products, crews
        self._until: dict[str, float] = {}
        self._withdrawn: set[int] = set()
        self._crews: dict[str, simpy.Resource] = {}

    def name(self, product: int) -> str:
        """The company that makes a product."""
        return self._products.owner[product] or self._products.manufacturer[product]

    def bar(self, name: str, months: float) -> None:
        """Keep a company, with all its manufacturers, out of rounds for some months."""
        self._until[name] = max(self._until.get(name, 0.0), self._env.now + months * MONTH)

    def withdraw(self, product: int) -> None:
        """A product is offered no more."""
        self._withdrawn.add(product)

    def may_bid(self, product: int) -> bool:
        """Whether a product may bid today: qualified, still offered, and its company not barred."""
        now = self._env.now
        there = self._products.since[product] <= now and product not in self._withdrawn
        return bool(there and self._until.get(self.name(product), 0.0) <= now)

    def crews(self, product: int) -> simpy.Resource | None:
        """The repair crews that the company's products share; None if there are always enough."""
        if self._size == 0:
            return None
        return self._crews.setdefault(self.name(product), simpy.Resource(self._env, self._size))
