"""A tender without a clock: what is put out (`Document`), what firms see of it, and what follows from the bids.

Engine, replay, back-test and earlier rounds live through a tender here and nowhere else.

    documents = [...]
    outcomes = decide(documents, bids, answer)
"""

from vbp_sim.tender.decide import Outcome, decide, expected_share, most_winners, outcome_of
from vbp_sim.tender.document import Document, Ended, document
from vbp_sim.tender.opening import Standings, opening, reckoning
from vbp_sim.tender.rows import Seen

__all__ = [
    "Document",
    "Ended",
    "Outcome",
    "Seen",
    "Standings",
    "decide",
    "document",
    "expected_share",
    "most_winners",
    "opening",
    "outcome_of",
    "reckoning",
]
