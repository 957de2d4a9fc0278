"""How bad quality would have to be to turn the ranking of two variants, and what samples say of it.

A variant that saves the fund more is better until so many more of its selected batches fail that the harm is as large:
x = 1,000 x difference / (`HARM` x selected goods). Samples without a failure exclude more than 3 / n (rule of three).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.studies.paired import Difference

#: harm of a unit that fails the standard, times its price; an assumption to be divided by another one
HARM = 100.0


def break_even(differences: Mapping[str, Mapping[str, Difference]]) -> Iterator[str]:
    """A sentence for the variant that differs most, and clearly, in what the fund saves; none if none does."""
    goods = differences.get("selected_spend", {})
    clear = {name: d for name, d in differences.get("fund_saving", {}).items() if d.clear and name in goods}
    if not clear:
        return
    name = max(clear, key=lambda variant: abs(clear[variant].mean))
    more = clear[name].mean > 0
    at_stake = goods[name].variant if more else goods[name].base
    if not at_stake > 0:
        return
    failures = 1000 * abs(clear[name].mean) / (HARM * at_stake)
    batches = f"{math.ceil(3000 / failures):,}"
    said = {"variant": name, "x": words.compact(failures), "harm": f"{HARM:.0f}", "n": batches}
    yield say("compare.break_even" if more else "compare.break_even_base", **said)
