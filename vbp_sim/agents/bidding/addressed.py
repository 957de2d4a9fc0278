"""Draws of bidders: one per firm of an opening, addressed by round, drug and firm."""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.bidding.interface import Floats, Opening
from vbp_sim.streams import Streams, Words, normal_of, uniform_of, words_at


def uniforms(opening: Opening, luck: Streams, what: str) -> Floats:
    """One uniform draw per firm, for the purpose ``what``."""
    return uniform_of(_words(opening, luck, what))


def normals(opening: Opening, luck: Streams, what: str) -> Floats:
    """One standard normal draw per firm, for the purpose ``what``."""
    return normal_of(_words(opening, luck, what))


def _words(opening: Opening, luck: Streams, what: str) -> Words:
    keys = [luck.key(f"bidding.{what}", opening.round, opening.drug, m) for m in opening.manufacturer]
    return words_at(np.array(keys, dtype=np.uint64), np.zeros(1))
