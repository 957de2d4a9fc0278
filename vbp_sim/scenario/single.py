"""Values that a whole scenario said once and that laws say now, each in every law that sets its part anew."""

from __future__ import annotations

from typing import Any

from vbp_sim.scenario.tree import Address

Map = dict[str, Any]

#: where such a value lay, and where it lies now in a law
SINGLE: dict[Address, Address] = {
    ("behaviour", "choice", "staff_share"): ("retention", "staff_share"),
    ("finance", "payout_months"): ("retention", "payout_months"),
    ("finance", "distribution_fee"): ("distribution", "fee"),
}


def inner(data: Any, *steps: str) -> Map:
    """The map at an address; an empty one where there is none."""
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def shared(single: Map, laws: Map) -> Map:
    """Values by part for the national law, and for others that set the whole law or another rule of a part."""
    found = {"national": single} if single else {}
    for name, law in laws.items():
        if name == "national" or not isinstance(law, dict):
            continue
        anew = [part for part in single if "rules" in law or "rule" in inner(law, "changes", part)]
        mine = {part: single[part] for part in anew}
        if mine:
            found[name] = mine
    return found


def pop(data: Map) -> Map:
    """Take what the whole scenario said out of a map, as parts of a law."""
    law: Map = {}
    for address, (part, key) in SINGLE.items():
        holder = inner(data, *address[:-1])
        if address[-1] in holder:
            law.setdefault(part, {})[key] = holder.pop(address[-1])
            prune(data, address[:-1])
    return law


def prune(data: Map, address: Address) -> None:
    """Remove the maps on the way to an address that have become empty."""
    for length in range(len(address), 0, -1):
        holder = data
        for step in address[: length - 1]:
            holder = holder[step]
        if holder.get(address[length - 1]) == {}:
            del holder[address[length - 1]]
