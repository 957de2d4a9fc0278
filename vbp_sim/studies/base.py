"""The scenario under a sweep, read once: makes the scenario of a point without touching a file.

It is small and can be sent to a worker on another machine, which then needs neither scenario nor market.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError
from vbp_sim.runs.load import mounts, scenario_file, shipped
from vbp_sim.scenario.layers import Layers
from vbp_sim.scenario.load import Scenario, complete, layers_of, opened, read_markets
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.patches import Patcher
from vbp_sim.scenario.plugins import Plugins, asked, named, recalled
from vbp_sim.scenario.tree import Address, Node, Source, dotted, plain

#: where settings of a point stand if nobody says where
NOWHERE = Node(None, Source("sweep", Path()))


@dataclass(frozen=True)
class Base:
    """A scenario file with all that it extends, its markets as `read_markets` gives them, and its plug-ins.

    ``digest``: SHA-256 of all that, variants included.
    """

    file: Path
    layers: Layers
    tree: Node
    markets: Mapping[Path, Market]
    plugins: Plugins
    digest: str

    @classmethod
    def read(cls, file: Path, seed: int) -> Base:
        """Read a scenario; every point of it has this seed and, for its digest, one replication."""
        layers = layers_of(mounts())
        patch = {"seed": seed, "replications": 1}
        tree = layers.merge(opened(layers, file), node_of(patch, NOWHERE))
        market, plugins = complete(tree, "", file, shipped()).market, named(tree)
        more = [plugins.digest] if plugins.digest else []
        text = json.dumps([plain(tree), market.digest, *more], sort_keys=True, ensure_ascii=False, default=str)
        markets, _ = read_markets(tree, shipped())
        return cls(file, layers, tree, markets, plugins, hashlib.sha256(text.encode()).hexdigest())

    @classmethod
    def again(cls, file: Path, seed: int, plugins: Sequence[Mapping[str, str]], where: Path) -> Base:
        """Read the scenario of a study in ``where`` with the plug-ins that it had; InputError if they are others."""
        with asked(recalled(plugins, str(where))):
            return cls.read(file, seed)

    def scenario(
        self, variant: str, settings: Mapping[Address, Any], places: Mapping[Address, Node] | None = None
    ) -> Scenario:
        """The scenario of a point: variants first, then its settings, which may replace what a variant sets.

        ``places`` are the nodes of the sweep file that messages point to. Raises `InputError`.
        """
        self.plugins.use()
        patcher = Patcher(self.layers, self.tree)
        patcher.variants(variant)
        for address, value in settings.items():
            at = (places or {}).get(address, NOWHERE)
            if address[0] in ("variants", "extends", "seed", "replications", "scenario", "plugins"):
                raise InputError(at.problem(f"'{dotted(address)}' cannot be varied in a sweep"))
            patcher.no_lists(address, at.place())
            leaf = node_of(value, at)
            leaf.key_line, leaf.key_column = at.key_line, at.key_column
            above = Node(None, at.source, at.key_line, at.key_column, at.key_line, at.key_column)
            for step in reversed(address):
                leaf = _over({step: leaf}, above)
            patcher.put(leaf, at.place())
        return complete(patcher.tree, variant, self.file, shipped(), self.markets, self.plugins)


def base_file(scenario: str, beside: Path) -> Path:
    """The scenario that a sweep file in ``beside`` names: a path relative to it, or a shipped scenario."""
    near = beside / scenario
    return near if near.is_file() else scenario_file(scenario)


def node_of(value: Any, at: Node) -> Node:
    """A plain value as a tree whose nodes all stand where ``at`` stands."""
    if isinstance(value, dict):
        return _over({str(key): node_of(item, at) for key, item in value.items()}, at)
    if isinstance(value, list | tuple):
        return _over([node_of(item, at) for item in value], at)
    return _over(value, at)


def _over(value: Any, at: Node) -> Node:
    return Node(value, at.source, at.line, at.column, at.line, at.column)
