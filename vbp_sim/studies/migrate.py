"""Scenarios and sweeps of the first edition, rewritten for edition 2.

change = migration(Path("my-pilot.yaml"))
change.text, change.done
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.load import mounts
from vbp_sim.scenario import moved
from vbp_sim.scenario.gone import refuse_gone, without
from vbp_sim.scenario.load import layers_of
from vbp_sim.scenario.patches import split
from vbp_sim.scenario.rewrite import rewrite
from vbp_sim.scenario.tree import Address, Node, children, dotted, plain
from vbp_sim.scenario.yaml_source import read, read_text, shown
from vbp_sim.studies.base import base_file

#: keys that only a scenario has
SCENARIO_KEYS = ("scenario", "market", "rounds", "variants", "behaviour")
COPY = ".before-migration"


@dataclass(frozen=True)
class Migration:
    """A file with the text that edition 2 wants, and what was changed, in words; nothing if it is as it should be."""

    file: Path
    text: str
    done: tuple[str, ...]

    def write(self) -> Path:
        """Put the new text in place of the old one in one step; return the copy of the old file."""
        file = self.file.resolve()
        copy, aside = file.with_name(file.name + COPY), file.with_name(file.name + ".aside")
        if copy.exists():
            what = "a copy of an earlier migration is there already"
            raise InputError(Problem(shown(copy), what, "move it away, so that nothing is lost"))
        aside.write_text(self.text, encoding="utf-8", newline="")
        shutil.copymode(file, aside)
        shutil.copy2(file, copy)
        os.replace(aside, file)
        return copy


def migration(file: Path) -> Migration:
    """What edition 2 changes in a scenario or a sweep. Raises `InputError` where it cannot be said without a loss."""
    tree = read(file)
    old = plain(tree)
    if "sweep" in old:
        new = _sweep(file, tree, old)
    elif any(key in old for key in SCENARIO_KEYS):
        refuse_gone(tree, zeros=False)
        new = _scenario(file, old)
    else:
        moved.refuse_parts(tree)
        new = old
    done = tuple(_told(old, new))
    text = rewrite(read_text(file, shown(file)), new) if done else read_text(file, shown(file))
    if text is None:
        raise InputError(Problem(shown(file), "the file cannot be rewritten without a loss", "change it by hand"))
    return Migration(file, text, done)


def _scenario(file: Path, old: dict[str, Any]) -> dict[str, Any]:
    """A scenario, on top of all that it extends; it says its edition from now on."""
    new = without(moved.migrated(old, plain(layers_of(mounts()).open(file))))
    if old.get("edition") == moved.EDITION or "scenario" not in old:
        return new
    rest = {key: value for key, value in new.items() if key not in ("scenario", "edition")}
    return {"scenario": new["scenario"], "edition": moved.EDITION, **rest}


def _sweep(file: Path, tree: Node, old: dict[str, Any]) -> dict[str, Any]:
    """A sweep: the paths of its levers and uncertainties, and their values where they go into several parts."""
    new = dict(old)
    for table in ("levers", "uncertainties"):
        entries = old.get(table)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            address = split(entry["path"]) if isinstance(entry, dict) and isinstance(entry.get("path"), str) else None
            if address is not None and moved.new_path(address) is not None:
                node = children(children(children(tree)[table])[name])["path"]
                new[table] = {**new[table], name: _entry(entry, address, _rounds(file, old), node)}
    return new


def _rounds(file: Path, old: dict[str, Any]) -> int:
    """How many rounds the scenario of a sweep has."""
    scenario = base_file(str(old.get("scenario", "")), file.parent)
    return len(moved.rounds_of(plain(layers_of(mounts()).open(scenario))))


def _entry(entry: dict[str, Any], address: Address, rounds: int, node: Node) -> dict[str, Any]:
    """A lever or uncertainty under its new path."""
    if address[0] == "rounds" and rounds > 1:
        what = f"{dotted(address)} moved to the laws, and the scenario has {rounds} rounds"
        remedy = "give the scenario a law for that round ('from' its start) and vary laws.ID.changes here"
        raise InputError(node.problem(what, remedy))
    values = entry.get("values") or ()
    laws = [_fragment(address, value) for value in values]
    parts = {part for law in laws for part in law}
    if address[-1] != "payment" or parts == {"payment"}:
        return {**entry, "path": dotted(("laws", "national", "changes", *(moved.new_path(address) or ())))}
    if len(parts) == 1:
        part = parts.pop()
        path = dotted(("laws", "national", "changes", part))
        return {**entry, "path": path, "values": [law.get(part, {}) for law in laws]}
    return {**entry, "path": "laws.national.changes", "values": laws}


def _fragment(address: Address, value: Any) -> dict[str, Any]:
    """The changes of the national law that one value of a lever means."""
    for step in reversed(address):
        value = {step: value}
    laws = moved.migrated({"edition": moved.EDITION, **value}, value)["laws"]
    found: dict[str, Any] = laws["national"]["changes"]
    return found


def _told(old: Any, new: Any, address: Address = ()) -> list[str]:
    """The differences between two files, in words."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [f"removed {dotted((*address, key))}" for key in old if key not in new]
        kept = [line for key in old if key in new for line in _told(old[key], new[key], (*address, key))]
        return [*gone, *kept, *(f"added {dotted((*address, key))}" for key in new if key not in old)]
    return [] if old == new else [f"changed {dotted(address)}"]
