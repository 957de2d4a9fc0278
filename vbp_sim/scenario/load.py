"""A scenario file, its variants and settings, and its market, to one frozen `Scenario`.

Everything that is wrong in the files is found in one go; `InputError` carries all of it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from os.path import isdir
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.scenario.crosscheck import crosscheck, members
from vbp_sim.scenario.draws import Draws, draws_of, fits
from vbp_sim.scenario.gone import refuse_gone
from vbp_sim.scenario.laws import NATIONAL
from vbp_sim.scenario.layers import Layers
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.scenario.markets import Markets, conflicts, lay
from vbp_sim.scenario.moved import refuse, refuse_parts, refuse_setting
from vbp_sim.scenario.patches import apply
from vbp_sim.scenario.plugins import Plugins, named
from vbp_sim.scenario.problems import M, check, in_order
from vbp_sim.scenario.shape import default_part
from vbp_sim.scenario.spec import Spec
from vbp_sim.scenario.tree import DEFAULT, Address, Node, Origin, children, leaves
from vbp_sim.scenario.yaml_source import parse

#: folder of the shipped markets below that of the shipped scenarios
MARKETS = "markets"
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
    """One scenario, checked and complete. ``digest``: SHA-256 of its values, of its markets' files, its plug-ins and
    its draws of parameters.
    """

    spec: Spec
    data: Markets
    variant: str
    origins: Origins = field(repr=False)
    digest: str
    path: Path
    plugins: Plugins = field(default=Plugins(), repr=False)
    draws: tuple[Draws, ...] = field(default=(), repr=False)

    def drawn(self, replication: int) -> Scenario:
        """The scenario with the parameters of a replication; itself if it names no draws."""
        spec = self.spec
        for draws in self.draws:
            spec = draws.on(spec, replication, who=self.origins.of)
        return replace(self, spec=spec) if self.draws else self

    def __reduce__(self) -> tuple[Any, ...]:
        """Plug-ins travel first: the parts of the scenario can be made only where their modules are known."""
        return _arrived, (self.plugins, pickle.dumps([getattr(self, f.name) for f in fields(self)]))

    @property
    def market(self) -> Market:
        """All places, drugs and products of the scenario; volumes by drug and place as in `home`."""
        return self.data.merged

    @property
    def markets(self) -> tuple[Market, ...]:
        """The distinct markets, on the same places: the scenario's own, then those of rounds in order of opening."""
        return self.data.each

    @property
    def market_of(self) -> Mapping[str, int]:
        """By round, the index of its market."""
        return self.data.of

    @property
    def home(self) -> npt.NDArray[np.int64]:
        """Index of the first market that reports a volume, -1 where none does; shape (drugs, places)."""
        return self.data.home

    def taking_part(self, name: str) -> tuple[str, ...]:
        """Ids of the places that take part in a round."""
        return self.data.taking_part(name, members(self.spec, name))


def _arrived(plugins: Plugins, values: bytes) -> Scenario:
    plugins.use()
    return Scenario(*pickle.loads(values))


def load(
    path: Path | str,
    *,
    variant: str = "",
    sets: Sequence[str] = (),
    mounts: Mapping[Address, Path] | None = None,
    policies: Mapping[str, Node] | None = None,
) -> Scenario:
    """Read a scenario file. ``variant``: names with commas between, of its variants or of ``policies``; ``sets``:
    ``path=value`` texts.
    """
    file, mounts = Path(path), mounts or {}
    layers = layers_of(mounts)
    tree = opened(layers, file)
    for text in sets:
        refuse_setting(text, tree)
    return complete(apply(layers, tree, variant, sets, policies), variant, file, mounts.get(()))


def complete(
    tree: Node,
    variant: str,
    file: Path,
    library: Path | None = None,
    known: Mapping[Path, Market] | None = None,
    plugins: Plugins | None = None,
) -> Scenario:
    """Check a resolved tree and make the scenario of it.

    ``library`` is the folder of the shipped scenarios, whose markets go by name; ``known`` are markets that were read
    before, by the path that `read_markets` gives them; ``plugins`` those that were.
    """
    plugins = plugins if plugins is not None else named(tree)
    plugins.use()
    spec, problems = check(tree, Spec)
    read, more = read_markets(tree, library, known or {})
    problems += more
    draws, wrong = _draws(tree, spec, library)
    problems += wrong
    data = None
    if spec is not None and not more:
        data, more = _together(spec, tree, read)
        problems += more if data is None else crosscheck(spec, data, tree)
    if problems or spec is None or data is None:
        raise InputError(*in_order(problems))
    origins = Origins({address: node.origin() for address, node in leaves(tree)})
    return Scenario(spec, data, variant, origins, _digest(spec, data, plugins, draws), file, plugins, draws)


def _draws(tree: Node, spec: Spec | None, library: Path | None) -> tuple[tuple[Draws, ...], list[Problem]]:
    """The draws that a tree names, and what is wrong with them."""
    each: list[Draws] = []
    problems: list[Problem] = []
    node = children(tree).get("draws")
    if spec is None or node is None:
        return (), []
    for text in spec.draws:
        try:
            each.append(draws_of(node, text, library))
            fits(each[-1], spec, node)
        except InputError as error:
            problems += error.problems
    return tuple(each), problems


def layers_of(mounts: Mapping[Address, Path]) -> Layers:
    """How the files of a scenario go on top of each other."""
    return Layers(mounts, functools.partial(default_part, Spec))


def opened(layers: Layers, file: Path) -> Node:
    """The tree of a scenario file and all that it extends, on top of the law of the nation."""
    tree = layers.open(file)
    refuse(tree)
    refuse_gone(tree)
    named(tree).use()
    if LAW not in layers.mounts:
        return tree
    return layers.merge(layers.mounted(parse(NATIONAL, "default")), tree)


def load_part(file: Path, model: type[M], library: Path) -> tuple[M, Origins]:
    """Read one file of a library (a rule set) on its own."""
    tree = Layers({(): library}, functools.partial(default_part, model)).open(file)
    if getattr(model, "kind", "") == "rules":
        refuse_parts(tree)
        refuse_gone(tree)
    value, problems = check(tree, model)
    if problems or value is None:
        raise InputError(*problems)
    return value, Origins({address: node.origin() for address, node in leaves(tree)})


def read_markets(
    tree: Node, library: Path | None = None, known: Mapping[Path, Market] | None = None
) -> tuple[dict[Path, Market], list[Problem]]:
    """The markets that a tree names, by the path that each name means where it stands; and what is wrong with them."""
    found: dict[Path, Market] = {}
    problems: list[Problem] = []
    for node in _named(tree).values():
        path = _path(node)
        if path in found:
            continue
        try:
            found[path] = known[path] if known and path in known else _market(node, library)
        except InputError as error:
            problems += error.problems
    return found, list(dict.fromkeys(problems))


def _named(tree: Node) -> dict[str, Node]:
    """Where markets are named: by the scenario (``""``), and by each round that names its own."""
    rounds = children(tree).get("rounds")
    above = {"": tree, **(children(rounds) if rounds is not None else {})}
    named = {name: children(node).get("market") for name, node in above.items()}
    return {
        name: node
        for name, node in named.items()
        if node is not None and isinstance(node.value, str) and (node.value or not name)
    }


def _path(node: Node) -> Path:
    return node.source.folder / str(node.value)


def _market(node: Node, library: Path | None) -> Market:
    """The market that a node names: a folder relative to the file that names it, else a shipped one."""
    text, folder = str(node.value), _path(node)
    shipped = library / MARKETS if library is not None else None
    if shipped is not None and not isdir(folder) and Path(text).name == text:
        folder = shipped / text
    if not text or not isdir(folder):
        around = [place for place in (_path(node).parent, shipped) if place is not None and isdir(place)]
        near = {entry.name for place in around for entry in place.iterdir() if entry.is_dir() and entry.name[0] != "."}
        remedy = nearest(text, sorted(near)) if near else "give the path relative to this file"
        raise InputError(node.problem(f"market: there is no folder '{cut(text)}'", remedy))
    return _read_once(folder.resolve(), _stamps(folder))


def _together(spec: Spec, tree: Node, read: Mapping[Path, Market]) -> tuple[Markets | None, list[Problem]]:
    """The markets of a scenario on one map: its own is the first, those of rounds follow in order of opening."""
    nodes = _named(tree)
    opened = sorted(spec.rounds, key=lambda name: spec.rounds[name].calendar.opening)
    own = {name: read[_path(nodes[name])] for name in ("", *opened) if name in nodes}
    first = {market.folder: name for name, market in reversed(own.items())}
    distinct = list(dict.fromkeys(market.folder for market in own.values()))
    markets = [own[first[folder]] for folder in distinct]
    found = conflicts(markets) if len(markets) > 1 else []
    if found:
        return None, [nodes[first[distinct[c.market]]].problem(c.what, c.remedy) for c in found]
    return lay(markets, {name: distinct.index(own.get(name, own[""]).folder) for name in spec.rounds}), []


@functools.lru_cache(maxsize=16)
def _read_once(folder: Path, stamps: tuple[tuple[int, int], ...]) -> Market:
    """Read a market once for all variants of a scenario, as long as its files stay as they are."""
    return read_market(folder)


def _stamps(folder: Path) -> tuple[tuple[int, int], ...]:
    stats = [file.stat() for file in sorted(folder.glob("*.csv"))]
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)


def _digest(spec: Spec, data: Markets, plugins: Plugins, draws: Sequence[Draws]) -> str:
    where = {"market": True, "plugins": True, "rounds": {"__all__": {"market"}}}  # files count, not where they are
    hidden = {**where, "variants": True, "draws": True}
    values = spec.model_dump(mode="json", exclude=cast(Any, hidden))
    more = [*([dict(data.of)] if len(data.each) > 1 else []), *([plugins.digest] if plugins.digest else [])]
    more += [each.digest for each in draws]
    text = json.dumps([values, data.merged.name, data.merged.digest, *more], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
