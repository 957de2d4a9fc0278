"""A scenario file, its variants and settings, and its market, to one frozen `Scenario`.

Everything that is wrong in the files is found in one go; `InputError` carries all of it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.crosscheck import crosscheck
from vbp_sim.scenario.laws import NATIONAL
from vbp_sim.scenario.layers import Layers
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.scenario.moved import refuse, refuse_parts, refuse_setting
from vbp_sim.scenario.patches import apply
from vbp_sim.scenario.problems import M, check, in_order
from vbp_sim.scenario.shape import default_part
from vbp_sim.scenario.spec import Spec
from vbp_sim.scenario.tree import DEFAULT, Address, Node, Origin, leaves
from vbp_sim.scenario.yaml_source import parse

#: where the laws of a scenario name files of the library of laws
LAW: Address = ("laws", "*", "rules")


@dataclass(frozen=True)
class Origins:
    """Who set each value that a file, a variant or the command line sets; everything else is a default."""

    known: Mapping[Address, Origin]

    def of(self, address: Address) -> Origin:
        """Who set the value at an address; a value inside a list belongs to whoever set the list."""
        for length in range(len(address), 0, -1):
            if address[:length] in self.known:
                return self.known[address[:length]]
        return DEFAULT


@dataclass(frozen=True)
class Scenario:
    """One scenario, checked and complete. ``digest``: SHA-256 of its values and its market's files."""

    spec: Spec
    market: Market
    variant: str
    origins: Origins = field(repr=False)
    digest: str
    path: Path


def load(
    path: Path | str,
    *,
    variant: str = "",
    sets: Sequence[str] = (),
    mounts: Mapping[Address, Path] | None = None,
) -> Scenario:
    """Read a scenario file. ``variant``: names with commas between; ``sets``: ``path=value`` texts."""
    file = Path(path)
    return complete(resolve(file, variant, sets, mounts or {}), variant, file)


def complete(tree: Node, variant: str, file: Path, market: Market | None = None) -> Scenario:
    """Check a resolved tree and make the scenario of it; ``market``: the one that it names, if read already."""
    spec, problems = check(tree, Spec)
    if market is None:
        market, more = _market(tree)
        problems += more
    if spec is not None and market is not None:
        problems += crosscheck(spec, market, tree)
    if problems or spec is None or market is None:
        raise InputError(*in_order(problems))
    known = {address: node.origin() for address, node in leaves(tree)}
    return Scenario(spec, market, variant, Origins(known), _digest(spec, market), file)


def resolve(file: Path, variant: str, sets: Sequence[str], mounts: Mapping[Address, Path]) -> Node:
    """The tree of a scenario file with all that it extends, its variants and the command line's settings."""
    layers = layers_of(mounts)
    tree = opened(layers, file)
    for text in sets:
        refuse_setting(text, tree)
    return apply(layers, tree, variant, sets)


def layers_of(mounts: Mapping[Address, Path]) -> Layers:
    """How the files of a scenario go on top of each other."""
    return Layers(mounts, functools.partial(default_part, Spec))


def opened(layers: Layers, file: Path) -> Node:
    """The tree of a scenario file and all that it extends, on top of the law of the nation."""
    tree = layers.open(file)
    refuse(tree)
    if LAW not in layers.mounts:
        return tree
    return layers.merge(layers.mounted(parse(NATIONAL, "default")), tree)


def load_part(file: Path, model: type[M], library: Path) -> tuple[M, Origins]:
    """Read one file of a library (a rule set) on its own."""
    tree = Layers({(): library}, functools.partial(default_part, model)).open(file)
    if getattr(model, "kind", "") == "rules":
        refuse_parts(tree)
    value, problems = check(tree, model)
    if problems or value is None:
        raise InputError(*problems)
    return value, Origins({address: node.origin() for address, node in leaves(tree)})


def _market(tree: Node) -> tuple[Market | None, list[Problem]]:
    """The market that the tree names; its folder is relative to the file that names it."""
    node = tree.value.get("market")
    if node is None or not isinstance(node.value, str):
        return None, []
    folder = node.source.folder / node.value
    if not node.value or not folder.is_dir():
        near = (
            sorted(entry.name for entry in folder.parent.iterdir() if entry.is_dir())
            if folder.parent.is_dir()
            else []
        )
        remedy = (
            f"in {folder.parent} there are: {', '.join(near)}"
            if near
            else "give the path relative to this file"
        )
        return None, [node.problem(f"market: there is no folder '{node.value}'", remedy)]
    try:
        return _read_once(folder.resolve(), _stamps(folder)), []
    except InputError as error:
        return None, list(error.problems)


@functools.lru_cache(maxsize=4)
def _read_once(folder: Path, stamps: tuple[tuple[int, int], ...]) -> Market:
    """Read a market once for all variants of a scenario, as long as its files stay as they are."""
    return read_market(folder)


def _stamps(folder: Path) -> tuple[tuple[int, int], ...]:
    stats = [file.stat() for file in sorted(folder.glob("*.csv"))]
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)


def _digest(spec: Spec, market: Market) -> str:
    values = spec.model_dump(mode="json", exclude={"market", "variants"})
    text = json.dumps([values, market.name, market.digest], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
