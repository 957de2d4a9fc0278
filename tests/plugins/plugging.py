"""Plug-ins for tests, as a user writes them: an award rule, a bidding model with a helper, a choice model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "studies")]

from small import SHARED, round_of  # noqa: E402
from sweeping import TINY  # noqa: E402

AWARD = '''
"""The lowest bid wins, and nobody else."""
from typing import Literal
import numpy as np
from vbp_sim.rules.contest import Book
from vbp_sim.rules.selection import Selection

class Cheapest(Selection):
    """One winner, the lowest bid."""
    rule: Literal["cheapest"] = "cheapest"

    def first(self, book: Book, short: np.ndarray) -> np.ndarray:
        return short & (book.rank == 1)
'''

BIDDING = '''
"""Every generic asks for a fixed part of the ceiling."""
from __future__ import annotations
from typing import Literal
import numpy as np
import helpers
from helpers import PART as part
from vbp_sim.agents.bidding.rules_of_thumb import RulesOfThumb
from vbp_sim.scenario.parts import param

class Fixed(RulesOfThumb):
    """A fixed part of the ceiling."""
    model: Literal["part-of-ceiling"] = "part-of-ceiling"
    extra: float = param(0.0, "asked on top", unit="share", ge=0, le=1)

    def bids(self, opening, luck):
        ranks = np.arange(len(opening.manufacturer)) / 100
        return opening.ceiling * np.minimum(1.0, helpers.asked(part) + self.extra + ranks)
'''

HELPERS = """
PART = 0.5

def asked(part):
    return part
"""

CHOICE = '''
"""Hospitals that never change their minds."""
from typing import Literal
import numpy as np
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment

class Stubborn(PartialAdjustment):
    """The share stays what it was."""
    model: Literal["stubborn"] = "stubborn"

    def step(self, month):
        return np.clip(month.share, 0.05, 0.4)
'''

FILES = {"my_award.py": AWARD, "my_bidding.py": BIDDING, "helpers.py": HELPERS, "my_choice.py": CHOICE}

#: a scenario that uses all of them
USING: dict[str, Any] = {
    **TINY,
    "plugins": [*FILES],
    "rounds": {"first": round_of(rules={**SHARED, "selection": {"rule": "cheapest"}})},
    "behaviour": {"bidding": {"model": "part-of-ceiling"}, "choice": {"model": "stubborn"}},
    "replications": 4,
}


def write_plugins(folder: Path, **changed: str) -> None:
    """Write the plug-ins, each with a text of one's own if it is named (``my_award="..."``)."""
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".py"), text), encoding="utf-8")
