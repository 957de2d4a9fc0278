"""The field's reporting checklist, STRESS-DES, filled for a run.

Monks, T. et al., Strengthening the reporting of empirical simulation studies: introducing the STRESS guidelines,
Journal of Simulation 13(1), 2019. Item numbers are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from vbp_sim.report.pages import again
from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs.folder import RunFolder

#: numbers of the items; what each asks for and the answer are messages of the area ``checklist``
NUMBERS = (
    *("1.1", "1.2", "1.3"),
    *("2.1", "2.2", "2.3", "2.4", "2.5"),
    *("3.1", "3.2", "3.3", "3.4"),
    *("4.1", "4.2", "4.3"),
    *("5.1", "5.2", "5.3", "5.4"),
    "6.1",
)


@dataclass(frozen=True)
class Item:
    """One item of the checklist and the answer to it."""

    number: str
    asks: str
    answer: str


def items(run: RunFolder) -> list[Item]:
    """All items in order."""
    known = _known(run)
    return [
        Item(number, say(f"checklist.asks_{number}"), say(f"checklist.answer_{number}", **known).strip())
        for number in NUMBERS
    ]


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
        "estimation": say(f"checklist.{'several' if n > 1 else 'one'}", n=n),
        "libraries": words.listed([f"{k} {number}" for k, number in m.get("libraries", {}).items()]) or unknown,
        **{key: str(m.get(key, unknown)) for key in ("version", "python", "seed", "seconds", "platform")},
        "command": again.command(run),
    }
