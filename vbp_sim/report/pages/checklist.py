"""The field's reporting checklist, STRESS-DES, filled for a run.

Monks, T. et al., Strengthening the reporting of empirical simulation studies: introducing the STRESS guidelines,
Journal of Simulation 13(1), 2019. Item numbers are theirs.
"""

from __future__ import annotations

from vbp_sim.report.pages import again
from vbp_sim.report.words import words
from vbp_sim.report.words.language import messages, restate, say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.studies.paired import FEWEST

_ASKS = "asks_"


def items(run: RunFolder) -> list[tuple[str, str, str]]:
    """All items in order, messages of the area ``checklist``: number, what it asks for, and the answer."""
    known = _known(run)
    numbers = [name.removeprefix(_ASKS) for name in messages("checklist") if name.startswith(_ASKS)]
    return [(n, say(f"checklist.asks_{n}"), say(f"checklist.answer_{n}", **known).strip()) for n in numbers]


def _known(run: RunFolder) -> dict[str, str]:
    m = run.manifest
    inputs = m.get("inputs", {})
    n = int(m["replications"])
    parts = {name: part["model"] for name, part in inputs.get("behaviour", {}).items() if "model" in part}
    models = [say("checklist.model", part=name, model=model) for name, model in parts.items()]
    unknown = say("checklist.unknown")
    return {
        "title": restate("shipped", str(m.get("title") or m["scenario"])),
        "description": restate("shipped", str(inputs.get("description", ""))),
        "rules": words.listed([spec["rules"]["id"] for spec in inputs.get("rounds", {}).values()]) or unknown,
        "variant": say(f"checklist.{'variant' if m['variant'] else 'no_variant'}", variant=m["variant"]),
        "models": words.listed(models) or unknown,
        "market": str(m.get("market", {}).get("name", unknown)),
        "stand_ins": words.counted(len(m.get("stand_ins", {})), "stand-in"),
        "start": words.day(inputs.get("start", unknown)),
        "estimation": say(f"checklist.{'several' if n >= FEWEST else 'few' if n > 1 else 'one'}", n=n),
        "libraries": words.listed([f"{k} {number}" for k, number in m.get("libraries", {}).items()]) or unknown,
        **{key: str(m.get(key, unknown)) for key in ("version", "python", "seed", "seconds", "platform")},
        "command": again.command(run),
    }
