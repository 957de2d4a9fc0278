"""What a rule set or a law decides and the engine, or the behaviour of firms in it, leaves out of account.

Each part says so of itself (`Part.inert`). A run prints it and writes it into the manifest, so that nobody takes it
for simulated.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Part


def not_simulated(rules: Part, market: Market) -> list[str]:
    """Return a sentence for each part that has no effect, or not its full effect, in a run of the engine."""
    return [sentence for part in parts_of(rules) if (sentence := part.inert(market))]


def parts_of(whole: Part) -> Iterator[Part]:
    """A rule set, law or part, and all parts within it, in the order of their fields."""
    yield whole
    for name in type(whole).model_fields:
        value = getattr(whole, name)
        if isinstance(value, Part):
            yield from parts_of(value)
