"""Values that a whole scenario said once and that laws say now, each in every law that sets its part anew."""

from __future__ import annotations

from typing import Any

from vbp_sim.scenario.tree import Address

Map = dict[str, Any]

#: where such a value lay, and where it lies now in a law
SINGLE: dict[Address, Address] = {
    ("behaviour", "choice", "staff_share"): ("retention", "staff_share"),
    ("finance", "payout_months"): ("retention", "payout_months"),
}


def anew(laws: Map) -> list[str]:
    """The national law, and every other one that sets the whole law or another rule of what is kept."""
    found = ["national"]
    for name, law in laws.items():
        changes = law.get("changes") if isinstance(law, dict) else None
        retention = changes.get("retention") if isinstance(changes, dict) else None
        if name != "national" and isinstance(law, dict) and ("rules" in law or "rule" in (retention or {})):
            found.append(name)
    return found


def pop(data: Map) -> Map:
    """Take what the whole scenario said out of a map, as parts of a law."""
    law: Map = {}
    for address, (part, key) in SINGLE.items():
        holder: Any = data
        for step in address[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and address[-1] in holder:
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
