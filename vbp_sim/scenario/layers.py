"""Files on top of files: ``extends``, and libraries whose files are called by name.

Maps are merged, everything else is replaced. Where a patch names another ``model`` or ``rule`` for a part,
the parameters of the old part are dropped, because they mean nothing to the new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from os.path import isfile
from pathlib import Path

from vbp_sim.errors import InputError, nearest
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.tree import Address, Node
from vbp_sim.scenario.yaml_source import neighbour, read

MAX_CHAIN = 8
TAGS = ("model", "rule")
#: where a scenario names its plug-ins
PLUGINS: Address = ("plugins",)
ENDINGS = (".yaml", ".yml")
#: a name, perhaps in a folder of the library
_NAME = re.compile(r"\w[\w.+-]*(/\w[\w.+-]*)?")

#: says which part stands at an address where no file names one
Implied = Callable[[Address], str]


@dataclass(frozen=True)
class Layers:
    """Reads files and puts them on top of each other.

    ``mounts``: address pattern (``*`` for any key) to the folder of a library; a text or an ``extends`` there
    names a file of that library. The pattern ``()`` is the scenario itself: names are looked up beside the
    file first. ``implied`` says which part stands at an address where no file names one.
    """

    mounts: Mapping[Address, Path] = field(default_factory=dict)
    implied: Implied = lambda address: ""

    def open(self, file: Path) -> Node:
        """The tree of a scenario file and of everything that it extends."""
        return self._stack(file, (), (), self.mounts.get(()))

    def mounted(self, node: Node) -> Node:
        """The tree with every file that it names at a mounted address put in."""
        for pattern, library in self.mounts.items():
            if pattern:
                node = self._at(node, pattern, pattern, library)
        return node

    def merge(self, base: Node, patch: Node, address: Address = ()) -> Node:
        """Put a patch on top of a tree; both stay as they were. A merged map stands where the patch does.

        Plug-ins of the base are kept beside those of the patch.
        """
        if address == PLUGINS and isinstance(base.value, list) and isinstance(patch.value, list):
            return replace(patch, value=[*base.value, *patch.value])
        if patch.whole or not isinstance(base.value, dict) or not isinstance(patch.value, dict):
            return patch
        old = {} if self.switches(base, patch, address) else base.value
        merged = dict(old)
        for key, child in patch.value.items():
            merged[key] = self.merge(old[key], child, (*address, key)) if key in old else child
        return replace(patch, value=merged)

    def switches(self, base: Node, patch: Node, address: Address) -> bool:
        """Whether a patch chooses another part than the one that stands at this address."""
        for tag in TAGS:
            new = patch.value.get(tag)
            if new is not None and isinstance(new.value, str):
                old = base.value.get(tag)
                return bool((old.value if old is not None else self.implied(address)) != new.value)
        return False

    def _at(self, node: Node, rest: Address, pattern: Address, library: Path) -> Node:
        if not rest:
            return self._fetched(node, pattern, library)
        if not isinstance(node.value, dict):
            return node
        keys = list(node.value) if rest[0] == "*" else [k for k in node.value if k == rest[0]]
        below = {key: self._at(node.value[key], rest[1:], pattern, library) for key in keys}
        return replace(node, value={**node.value, **below})

    def _fetched(self, node: Node, pattern: Address, library: Path) -> Node:
        name = node if isinstance(node.value, str) else None
        if isinstance(node.value, dict):
            name = node.value.get("extends")
        if name is None:
            return node
        base = self._stack(self._file(name, (library,)), (), pattern, library)
        patch = without(node, "extends") if name is not node else None
        tree = self.merge(base, patch, pattern) if patch is not None else base
        return replace(
            tree, source=node.source, line=node.line, column=node.column,
            key_line=node.key_line, key_column=node.key_column, whole=True,
        )  # fmt: skip

    def _stack(self, file: Path, chain: tuple[Path, ...], pattern: Address, library: Path | None) -> Node:
        node = read(file)
        if not pattern:
            node = self.mounted(node)
        name = node.value.get("extends")
        if name is None:
            return node
        here = (*chain, file.resolve())
        folders = (file.parent, *((library,) if library else ())) if not pattern else (library or file.parent,)
        base = self._file(name, folders)
        if base.resolve() in here:
            raise InputError(name.problem(f"'{name.value}' extends this file again, in a circle", "remove one extends"))
        if len(here) >= MAX_CHAIN:
            raise InputError(name.problem(f"more than {MAX_CHAIN} files extend each other", "join some of them"))
        return self.merge(self._stack(base, here, pattern, library), without(node, "extends"), pattern)

    def _file(self, name: Node, folders: tuple[Path, ...]) -> Path:
        """The file that a name means: a path ends in .yaml and is relative to the file that holds it."""
        text = name.value
        if not isinstance(text, str) or not text:
            raise InputError(name.problem("the name or path of a file is wanted here"))
        if text.endswith(ENDINGS):
            file = name.source.folder / text
            if not isfile(file):
                raise InputError(name.problem(f"there is no file '{cut(text)}'", neighbour(file)))
            return file
        for folder in folders:
            if _NAME.fullmatch(text) and isfile(folder / f"{text}.yaml"):
                return folder / f"{text}.yaml"
        known = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
        raise InputError(name.problem(f"nothing is called '{cut(text)}'", nearest(text, known)))


def without(node: Node, key: str) -> Node:
    """A map without one of its keys."""
    return replace(node, value={k: v for k, v in node.value.items() if k != key})
