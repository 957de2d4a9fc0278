"""Keys of scenarios that are no more: what to write instead. `without` leaves out those that were 0.

`choice.alternatives` sent a part of a drug's need outside the list. Molecules of a class do that now, and what they
share is counted in DDD, so no value of the old key says the same. What hospitals gain by how they are paid, and what
the fund pays less of dear products, follow from the laws now.
"""

from __future__ import annotations

import copy
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.single import inner
from vbp_sim.scenario.tree import Address, Node, dotted, leaves

FLAWS = (
    "recalls are found by inspections and samples (laws.NAME.changes.quality): write behaviour.supply.failed_batches, "
    "breaches and flaw_sensitivity; leave a 0 out (`vbp migrate` does it)"
)
BAN = "write laws.NAME.changes.credit.listed: {default: MONTHS}, the months on the violation list"
#: by address what to write now; * is any name
GONE: dict[Address, str] = {
    ("behaviour", "choice", "alternatives"): "write behaviour.classes.turning, the part (0 to 1) of what a drug's "
    "originators lose that turns to other molecules, for markets with class_atc, ddd and equivalence in drugs.csv; "
    "leave a 0 out (`vbp migrate` does it)",
    ("behaviour", "choice", "drg"): "write behaviour.choice.margin; it acts where a law has hospital_payment or markup",
    (
        "behaviour",
        "choice",
        "drg_exposure",
    ): "write laws.NAME.changes.hospital_payment: {rule: case, coverage: ...}; leave a 0 out (`vbp migrate` does it)",
    ("behaviour", "choice", "reimbursement_gap"): "leave it out: it follows from reimbursement.dear_copayment and the "
    "payment standard of the law",
    ("behaviour", "losers", "mark"): "write laws.NAME.changes.platform.red",
    **{("behaviour", "supply", key): FLAWS for key in ("recall_rate", "recall_sensitivity")},
    ("rounds", "*", "rules", "failure", "ban_months"): BAN,
    ("failure", "ban_months"): BAN,
}


def refuse_gone(tree: Node, *, zeros: bool = True) -> None:
    """Raise one `InputError` that names all keys of a scenario and its variants that are no more; ``zeros``: also those
    that are 0."""
    problems = []
    for address, node in leaves(tree):
        inner = address[3:] if address[:1] == ("variants",) and address[2:3] == ("changes",) else address
        remedy = _remedy(inner)
        if remedy and (zeros or node.value != 0):
            problems.append(node.problem(f"{dotted(inner)} is no more", remedy, key=True))
    if problems:
        raise InputError(*problems)


def refuse_gone_setting(path: str, address: Address) -> None:
    """Raise an `InputError` for a ``--set path=value`` whose key is no more."""
    remedy = _remedy(address)
    if remedy:
        raise InputError(Problem(f"--set {path}", f"{dotted(address)} is no more", remedy))


def _remedy(address: Address) -> str:
    """What to write instead of a key that is no more; empty if it is none."""
    for gone, remedy in GONE.items():
        if len(gone) == len(address) and all(step in ("*", mine) for step, mine in zip(gone, address, strict=True)):
            return remedy
    return ""


def without(data: dict[str, Any]) -> dict[str, Any]:
    """A scenario, its variants included, without the keys that are no more and were 0."""
    new = copy.deepcopy(data)
    changed = [one.get("changes") for one in inner(new, "variants").values()]
    for part in (new, *changed):
        for address in GONE:
            _drop(part, address)
    return new


def _drop(part: Any, address: Address) -> None:
    """Remove a 0, and the maps around it that it leaves empty."""
    if not isinstance(part, dict) or address[0] not in part:
        return
    if len(address) > 1:
        _drop(part[address[0]], address[1:])
    if part[address[0]] in (0, {}):
        del part[address[0]]
