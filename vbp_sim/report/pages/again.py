"""How to get the same numbers again: the command, and the hashes that prove it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vbp_sim.report.compared import Compared
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import shipped


def command(run: RunFolder) -> str:
    """The command that makes the run again, as it is typed."""
    m = run.manifest
    variant = ["--variant", str(m["variant"])] if m["variant"] else []
    return shlex.join(["vbp", "run", _source(m), *variant, *_settings(m)])


def comparing(found: Compared) -> str:
    """The command that makes the comparison again, as it is typed."""
    if found.content.get("of_runs"):
        return shlex.join(["vbp", "compare", *map(str, found.content["runs"].values())])
    base = found.base_run
    source = _source(base.manifest) if base else str(found.content["scenario"])
    settings = _settings(found.content | {"values": base.manifest.get("values", ()) if base else ()})
    named = [policy.named for policy in found.policies.values()]
    own = [name for name in found.variants if name not in found.policies]
    asked = [("--variants", own), ("--policies", named)]
    options = [part for option, names in asked if names for part in (option, ",".join(names))]
    return shlex.join(["vbp", "compare", source, *options, *settings])


def _settings(m: Mapping[str, Any]) -> list[str]:
    parts = []
    for line in m.get("values", ()):
        if line["set_by"].startswith("--set") and line["path"] not in ("seed", "replications"):
            parts += ["--set", f"{line['path']}:={_typed(line['value'])}"]
    return [*parts, "--seed", str(m["seed"]), "--replications", str(m["replications"])]


def facts(run: RunFolder) -> dict[str, str]:
    """What identifies the run, by what it is."""
    m = run.manifest
    market = m.get("market", {})
    commit = say("again.commit", commit=m["commit"]) if m.get("commit") else ""
    found = {
        "scenario": say("again.resolved", name=m["scenario"], hash=m["digest"]),
        "market": say("again.market_hash", name=market["name"], hash=market["digest"]) if market else "",
        "seed": str(m["seed"]),
        "replications": str(m["replications"]),
        "program": f"vbp_sim {m['version']}{commit}",
        "run_hash": str(m["run_hash"]),
        "libraries": words.listed([f"{name} {number}" for name, number in m.get("libraries", {}).items()]),
        "python": str(m.get("python", "")),
        "finished": str(m.get("finished", "")),
        "seconds": str(m.get("seconds", "")),
    }
    return {say(f"again.{key}"): value for key, value in found.items() if value}


def _source(manifest: dict[str, Any]) -> str:
    file = Path(str(manifest.get("source", manifest["scenario"])))
    return file.stem if file.parent == shipped() else str(file)


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
