"""How to get the same numbers again: the command, and the hashes that prove it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from vbp_sim.studies.folder import RunFolder
from vbp_sim.studies.load import shipped


def command(run: RunFolder) -> str:
    """The command that makes the run again, as it is typed."""
    m = run.manifest
    parts = ["vbp", "run", _source(m)]
    if m["variant"]:
        parts += ["--variant", str(m["variant"])]
    for line in m.get("values", ()):
        if line["set_by"].startswith("--set") and line["path"] not in ("seed", "replications"):
            parts += ["--set", f"{line['path']}:={_typed(line['value'])}"]
    parts += ["--seed", str(m["seed"]), "--replications", str(m["replications"])]
    return shlex.join(parts)


def facts(run: RunFolder) -> dict[str, str]:
    """What identifies the run, by what it is."""
    m = run.manifest
    market = m.get("market", {})
    found = {
        "Scenario": f"{m['scenario']}, resolved: SHA-256 {m['digest']}",
        "Market": f"{market['name']}: SHA-256 {market['digest']}" if market else "",
        "Seed": str(m["seed"]),
        "Replications": str(m["replications"]),
        "Program": f"vbp_sim {m['version']}" + (f", commit {m['commit']}" if m.get("commit") else ""),
        "Run hash": str(m["run_hash"]),
        "Libraries": ", ".join(f"{name} {number}" for name, number in m.get("libraries", {}).items()),
        "Python": str(m.get("python", "")),
        "Finished": str(m.get("finished", "")),
        "Seconds": str(m.get("seconds", "")),
    }
    return {key: value for key, value in found.items() if value}


def _source(manifest: dict[str, Any]) -> str:
    file = Path(str(manifest.get("source", manifest["scenario"])))
    return file.stem if file.parent == shipped() else str(file)


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
