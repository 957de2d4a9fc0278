"""Patches over a scenario: variants (``--variant a,b``) and single values (``--set path=value``).

Two patches that set one value are an error, unless the later one says that it replaces: a variant by listing
the path under ``replaces``, the command line by ``path:=value``.

What a patch says of the round ``*`` it says of every round of the scenario; what it says of one round goes on top.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.scenario.layers import TAGS, Layers
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.tree import Address, Node, Source, children, dotted, find, leaves, relabel
from vbp_sim.scenario.yaml_source import parse

_SAME = "variants are compared on the same luck: set it in the scenario, or with --set for all variants"
#: what a variant cannot change, and what to do instead
_FOR_ALL = "name plug-ins in the scenario, or with --plugin, for all variants"
FIXED = {
    "variants": "remove it", "extends": "remove it", "seed": _SAME, "replications": _SAME, "plugins": _FOR_ALL,
}  # fmt: skip

#: the round of a patch that stands for every round
EVERY = "*"

_STEP = re.compile(r'\s*(?:"([^"]+)"|([^."=:\s]+))\s*')


@dataclass
class Patcher:
    """Applies patches to a tree in order and remembers who claimed which value.

    ``policies`` are patches that a chain may name besides the variants of the scenario.
    """

    layers: Layers
    tree: Node
    policies: Mapping[str, Node] = field(default_factory=dict)
    claims: dict[Address, str] = field(default_factory=dict)

    def variants(self, chain: str) -> None:
        """Apply a chain of variants, ``a,b``; all are looked up before any of them is applied."""
        known = self.tree.value.get("variants")
        own = known.value if known is not None and isinstance(known.value, dict) else {}
        table = {**self.policies, **own}
        for name in [n.strip() for n in chain.split(",") if n.strip()]:
            if name not in table:
                what = f"the scenario has no variant '{cut(name)}'"
                raise InputError(Problem(f"--variant {cut(name)}", what, nearest(name, list(table))))
            self.variant(name, table[name])

    def variant(self, name: str, node: Node) -> None:
        """Apply one variant."""
        changes = node.value.get("changes") if isinstance(node.value, dict) else None
        if changes is None or changes.value is None:
            return
        if not isinstance(changes.value, dict):
            raise InputError(changes.problem("changes is a map like the scenario itself", "write key: value lines"))
        for key, remedy in FIXED.items():
            if key in changes.value:
                raise InputError(changes.value[key].problem(f"a variant cannot change '{key}'", remedy, key=True))
        listed = node.value.get("replaces")
        allowed = [self.listed(item, changes) for item in listed.value] if listed and listed.value else []
        patch = self.spread(relabel(changes, f"variant {name}"))
        for address, leaf in touched(patch):
            earlier = self.claimed(address)
            if earlier and not any(overlap(a, address) for a in allowed):
                what = f"variant '{name}' and {earlier} both set {dotted(address)}"
                remedy = f"list {dotted(address)} under replaces of '{name}', or leave one out"
                raise InputError(leaf.problem(what, remedy, key=True))
        self.put(patch, f"variant '{name}'")

    def listed(self, item: Node, changes: Node) -> Address:
        """The address that an item of ``replaces`` means; it must be one that the variant changes."""
        address = split(item.value) if isinstance(item.value, str) else None
        if address is None:
            raise InputError(item.problem("a path such as rounds.pilot.calendar.start is wanted here"))
        own = [a for a, _ in leaves(changes)]
        if not any(overlap(address, a) for a in own):
            remedy = nearest(item.value, [dotted(a) for a in own])
            raise InputError(item.problem("this variant changes nothing at that path", remedy))
        return address

    def set(self, text: str) -> None:
        """Apply one ``path=value`` of the command line (``path:=value`` where a variant set it already)."""
        path, sign, value = text.partition("=")
        replaces = path.endswith(":")
        address = split(path.removesuffix(":"))
        if not sign or address is None:
            remedy = "for example --set demand.growth=0.1"
            raise InputError(Problem(f"--set {cut(text)}", "path=value is wanted", remedy))
        name = f"--set {cut(dotted(address))}"
        if address[0] in ("variants", "extends", "plugins"):
            raise InputError(Problem(name, f"'{address[0]}' cannot be set from the command line"))
        leaf = parse(value, name, Path.cwd(), layer="--set") if value.strip() else Node(None, Source(name, Path.cwd()))
        self.no_lists(address, name)
        earlier = self.claimed(address)
        if earlier and not replaces:
            remedy = f"write {dotted(address)}:={value} if it is meant to replace that"
            raise InputError(Problem(name, f"{earlier} sets this already", remedy))
        source = replace(leaf.source, layer="--set")
        leaf = relabel(leaf, "--set")
        for step in reversed(address):
            leaf = Node({step: leaf}, source)
        self.put(leaf, name)

    def no_lists(self, address: Address, name: str) -> None:
        """Refuse an address that goes into a list."""
        node, depth = find(self.tree, address[:-1])
        for steps in range(depth + 1):
            node, _ = find(self.tree, address[:steps])
            if isinstance(node.value, list):
                whole = dotted(address[:steps])
                raise InputError(Problem(name, f"{whole} is a list", f"set the whole list: --set '{whole}=[a, b]'"))

    def put(self, patch: Node, who: str) -> None:
        """Merge a patch and claim what it sets."""
        patch = self.layers.mounted(self.spread(patch))
        self.tree = self.layers.merge(self.tree, patch)
        self.claims.update({address: who for address, _ in leaves(patch)})

    def spread(self, patch: Node) -> Node:
        """The patch with what it says of every round said of each one."""
        rounds = children(patch).get("rounds")
        if rounds is None or EVERY not in children(rounds):
            return patch
        every, own = rounds.value[EVERY], {name: node for name, node in rounds.value.items() if name != EVERY}
        known = children(children(self.tree).get("rounds", rounds))
        each = {
            name: self.layers.merge(every, own[name], ("rounds", name)) if name in own else every
            for name in known
            if name != EVERY
        }
        return replace(patch, value={**patch.value, "rounds": replace(rounds, value={**own, **each})})

    def claimed(self, address: Address) -> str:
        """Who set this value, something in it, or a map around it, before; empty if nobody did."""
        return next((who for earlier, who in self.claims.items() if overlap(earlier, address)), "")


def touched(patch: Node) -> list[tuple[Address, Node]]:
    """What a patch takes over: its values; and a whole part where it names one (old parameters may go)."""
    found = list(leaves(patch))
    whole = [a[:-1] for a, _ in found if a and a[-1] in (*TAGS, "extends")]
    return [(next((w for w in whole if a[: len(w)] == w), a), node) for a, node in found]


def overlap(a: Address, b: Address) -> bool:
    """Whether one address is the other, or lies inside it, also where one of them is of every round."""
    pairs = enumerate(zip(a, b, strict=False))
    return all(x == y or (at == 1 and a[0] == "rounds" and EVERY in (x, y)) for at, (x, y) in pairs)


def split(path: str) -> Address | None:
    """``rounds."a.b".x`` to its steps, or None if it is no path."""
    steps, position = [], 0
    while match := _STEP.match(path, position):
        steps.append(match.group(1) or match.group(2))
        position = match.end()
        if position == len(path):
            return tuple(steps)
        if path[position] != ".":
            return None
        position += 1
    return None


def apply(
    layers: Layers, tree: Node, variant: str, sets: Sequence[str], policies: Mapping[str, Node] | None = None
) -> Node:
    """The tree with a chain of variants and then the settings of the command line on top of it."""
    patcher = Patcher(layers, tree, policies or {})
    patcher.variants(variant)
    problems: list[Problem] = []
    for text in sets:
        try:
            patcher.set(text)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return patcher.tree
