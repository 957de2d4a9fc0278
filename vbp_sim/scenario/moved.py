"""Paths that have moved to the laws, and what to write instead.

In the first edition a round's rules said what hospitals must do and may keep and who pays when, behaviour what the
review of reports lets pass and what staff get, and finance when that is paid and what distribution costs. Local law
says that now. `migrated` turns the values of an old file into new ones.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.gone import refuse_gone_setting
from vbp_sim.scenario.laws import flat
from vbp_sim.scenario.patches import split
from vbp_sim.scenario.rewrite import block, flow
from vbp_sim.scenario.shape import at
from vbp_sim.scenario.single import SINGLE, inner, pop, prune, shared
from vbp_sim.scenario.spec import Spec
from vbp_sim.scenario.tree import Address, Node, dotted, leaves, plain
from vbp_sim.scenario.yaml_source import parse

EDITION = 2
#: old parts of a round's rules
PARTS = ("assessment", "retention", "payment")
#: part of a law in which a key of the old payment stands; all others stayed in payment
PAYMENT = {
    **dict.fromkeys(("rule", "dear", "first_cut", "years", "dear_copayment"), "reimbursement"),
    "outside_cap": "platform",
}
#: the rule of an old part that named none
DEFAULT = {"assessment": "points", "retention": "tiers", "payment": "stepped"}
#: keys of behaviour.reporting that are the review's
REVIEW = ("lowest", "highest", "excused", "ratchet")
#: keys of behaviour.reporting that are the newsvendor's, the model where a file named none
NEWSVENDOR = {"cost_ratio", "cost_ratio_spread", "cv_low", "cv_high", "expected_share"}
#: what the reports by habit had as limits unless a file said otherwise
ANCHOR = {"lowest": 0.0, "highest": 5.0}

Map = dict[str, Any]


@dataclass(frozen=True)
class Round:
    """What a scenario says of an old round: the start of supply, the members (none: all), and its law."""

    start: str
    members: tuple[str, ...]
    law: Map


def new_path(address: Address) -> Address | None:
    """Where an old address lies now, below the changes of a law; None if it has not moved."""
    match address:
        case ("rounds", _, "rules", "payment", key, *rest):
            return (PAYMENT.get(key, "payment"), key, *rest)
        case ("rounds", _, "rules", part, *rest) if part in PARTS:
            return (part, *rest)
        case ("behaviour", "reporting", key) if key in REVIEW:
            return ("reporting", key)
    return SINGLE.get(address)


def refuse(tree: Node) -> None:
    """Raise one `InputError` that names all values that have moved, in variants too, and says what to write instead."""
    found = []
    for address, node in leaves(tree):
        own = address[3:] if address[:1] == ("variants",) and address[2:3] == ("changes",) else address
        if new_path(own) is not None:
            found.append((address, node))
    if not found:
        return
    old, files = plain(tree), list(dict.fromkeys(node.source.name for _, node in found))
    new = migrated(old, old)
    lines = {"laws": new["laws"]} if new.get("laws") != old.get("laws") else {}
    changed = {
        name: {"changes": {"laws": one["changes"]["laws"]}}
        for name, one in new.get("variants", {}).items()
        if one != old["variants"][name] and "laws" in one.get("changes", {})
    }
    lines |= {"variants": changed} if changed else {}
    firsts = {_shown(address): node for address, node in reversed(found)}
    where = ", ".join(f"{name} ({node.place(key=True)})" for name, node in reversed(firsts.items()))
    remedy = f"`vbp migrate {' '.join(files)}` does it; or write instead:\n{block(lines, 4)}".rstrip()
    raise InputError(found[0][1].problem(f"moved to the laws of edition {EDITION}: {where}", remedy, key=True))


def _shown(address: Address) -> str:
    """A moved value as messages name it: the whole part of a round's rules."""
    rounds = address.index("rounds") if "rounds" in address[:4] else len(address)
    return dotted(address[: rounds + 4])


def refuse_setting(text: str, tree: Node) -> None:
    """Raise an `InputError` that says what to write instead of a ``--set path=value`` whose path has moved."""
    path, _, written = text.partition("=")
    address = split(path.removesuffix(":"))
    if address is None or address[0] not in ("rounds", "behaviour", "finance"):
        return
    refuse_gone_setting(path, address)
    value: Any = plain(parse(written, f"--set {path}", layer="--set")) if written.strip() else None
    for step in reversed(address):
        value = {step: value}
    new = migrated({"edition": EDITION, **value}, plain(tree))
    if new.get("laws", {}) != value.get("laws", {}):
        said = " ".join(f"--set '{dotted(a)}={flow(v)}'" for a, v in flat(new) if a[0] != "edition")
        what = f"{dotted(address)} moved to the laws of edition {EDITION}"
        raise InputError(Problem(f"--set {path}", what, f"write {said}"))


def refuse_parts(tree: Node) -> None:
    """Raise an `InputError` where a rule set says what local law says now, with the lines for a scenario."""
    gone = [part for part in PARTS if isinstance(tree.value, dict) and part in tree.value]
    if gone:
        what = f"a rule set says nothing of {', '.join(gone)} any more"
        law = _law({part: plain(tree.value[part]) for part in gone})
        lines = block({"laws": {"national": {"changes": law}}}, 4).rstrip()
        remedy = f"write instead, in the scenarios that use it:\n{lines}"
        raise InputError(tree.value[gone[0]].problem(what, remedy, key=True))


def migrated(data: Map, whole: Map) -> Map:
    """The values of a file as edition 2 writes them. ``whole``: the scenario with all that it extends."""
    before = rounds_of(whole)
    standing = inner(_over(whole, data), "laws")
    new = _moved(data, before, rounds_of(_over(whole, data)), standing, anchors=data.get("edition") != EDITION)
    variants = inner(new, "variants")
    for name, one in variants.items():
        changes = one.get("changes") if isinstance(one, dict) else None
        if isinstance(changes, dict):
            after = rounds_of(_over(whole, changes))
            there = inner(_over(_over(whole, data), changes), "laws")
            made = _moved(changes, before, after, there, anchors=data.get("edition") != EDITION)
            variants[name] = {**one, "changes": made}
            if isinstance(one.get("replaces"), list):
                variants[name]["replaces"] = [_replaced(path, made) for path in one["replaces"]]
    return new


def rounds_of(whole: Map) -> dict[str, Round]:
    """The rounds of a scenario, earliest start first, each with the law that its rules hold."""
    found = {}
    for name, one in inner(whole, "rounds").items():
        rules, start = inner(one, "rules"), str(inner(one, "calendar").get("start", ""))
        members = rules.get("members") or ()
        found[name] = Round(start, tuple(members), _law({p: rules[p] for p in PARTS if p in rules}))
    return dict(sorted(found.items(), key=lambda item: item[1].start))


def _moved(data: Map, before: Mapping[str, Round], after: Mapping[str, Round], standing: Map, *, anchors: bool) -> Map:
    """A scenario, or the changes of a variant, with all that has moved in its laws; ``standing`` are those it has."""
    new, review = copy.deepcopy(data), {}
    named = {name: one.law for name, one in rounds_of(data).items() if one.law}  # what its rounds say themselves
    for name in named:
        for part in PARTS:
            new["rounds"][name]["rules"].pop(part, None)
        prune(new, ("rounds", name, "rules"))
    reporting = inner(new, "behaviour").get("reporting")
    if isinstance(reporting, dict):
        if anchors and "model" not in reporting and NEWSVENDOR.intersection(reporting):
            reporting = new["behaviour"]["reporting"] = {"model": "newsvendor", **reporting}
        if anchors and reporting.get("model") == "anchor":
            review = dict(ANCHOR)
        review |= {key: reporting.pop(key) for key in REVIEW if key in reporting}
        prune(new, ("behaviour", "reporting"))
    laws, single = _laws(named, before, after), pop(new)
    for name, law in shared(single, {**standing, **laws}).items():
        laws = _over(laws, {name: {"changes": law}})
    if review:
        laws = _over({"national": {"changes": {"reporting": review}}}, laws)
    if not laws:
        return new
    laws = _over(new.pop("laws", None) or {}, laws)
    head = list(new)[: list(new).index("rounds") + 1] if "rounds" in new else list(new)
    return {**{k: new[k] for k in head}, "laws": laws, **{k: v for k, v in new.items() if k not in head}}


def _law(parts: Map) -> Map:
    """Old parts as parts of a law."""
    law: Map = {}
    for part, values in parts.items():
        if part != "payment" or not isinstance(values, dict):
            law[part] = copy.deepcopy(values)
            continue
        for key, value in values.items():
            law.setdefault(PAYMENT.get(key, "payment"), {})[key] = copy.deepcopy(value)
    return law


def _laws(named: Mapping[str, Map], before: Mapping[str, Round], after: Mapping[str, Round]) -> Map:
    """One national law where all rounds agree; else one law a round, less what the laws of ``before`` say already."""
    if not named:
        return {}
    if _agree(before) and _agree(after):
        return {"national": {"changes": next(iter(named.values()))}}
    parts = list(dict.fromkeys(part for one in (*before.values(), *after.values()) for part in one.law))
    laws = _dated(after, parts)
    return laws if before == after or _agree(before) else _less(laws, _dated(before, parts))


def _agree(rounds: Mapping[str, Round]) -> bool:
    """Whether all rounds have one law."""
    laws = [one.law for one in rounds.values()]
    return all(law == laws[0] for law in laws)


def _dated(rounds: Mapping[str, Round], parts: list[str]) -> Map:
    """One law a round: from its start, in the places of its members; a round of all ends the laws of some."""
    laws: Map = {}
    before: dict[str, list[Map]] = {part: [] for part in parts}
    local: list[str] = []
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for name, one in rounds.items():
        other = seen.setdefault((one.start, one.members), name)
        if rounds[other].law != one.law:
            what = f"rounds '{other}' and '{name}' start in the same places on {one.start} under different law"
            remedy = "a law knows places and dates; let them agree first"
            raise InputError(Problem(f"rounds.{name}.rules", what, remedy))
        changes = {}
        for part in parts:
            named = one.law.get(part) or {}
            mine = _complete(name, part, named)
            changes[part] = _needed(mine, named, before[part])
            before[part].append(mine)
        laws[name] = {"from": one.start, "changes": {part: values for part, values in changes.items() if values}}
        if one.members:
            laws[name] = {"from": one.start, "places": list(one.members), **laws[name]}
            local.append(name)
        elif local:
            laws[name]["repeals"] = list(local)
    return {name: law for name, law in laws.items() if law["changes"] or "repeals" in law}


def _less(new: Map, old: Map) -> Map:
    """A map without what another one says; a part with another rule stays whole."""
    if new.get("rule") != old.get("rule"):
        return new
    both = {k: _less(v, old[k]) if isinstance(v, dict) and isinstance(old.get(k), dict) else v for k, v in new.items()}
    return {k: v for k, v in both.items() if v != {} and (k not in old or v != old[k])}


def _complete(name: str, part: str, values: Map) -> Map:
    """All values of a part that a round's rules had."""
    here = at(Spec, ("laws", name, "rules", part))
    model = here.model(str(values.get("rule", ""))) if here is not None else None
    try:
        return model.model_validate(values).model_dump(mode="json") if model is not None else values
    except ValidationError as error:
        what = f"the {part} of round '{name}' is wrong: {error.errors()[0]['msg']}"
        raise InputError(Problem(f"rounds.{name}.rules", what, "correct it before it is moved")) from None


def _needed(mine: Map, named: Map, before: list[Map]) -> Map:
    """What a round's law must say of a part: what the round says, and where an earlier round said something else."""
    alike = [other for other in before if other.get("rule") == mine.get("rule")]
    tell = "rule" in named or len(alike) < len(before)
    return {
        key: value
        for key, value in mine.items()
        if (tell if key == "rule" else key in named or any(other[key] != value for other in alike))
    }


def _replaced(path: Any, changes: Map) -> Any:
    """A path under ``replaces`` after the move."""
    address = split(path) if isinstance(path, str) else None
    new = new_path(address) if address else None
    if new is None or address is None:
        return path
    law = address[1] if address[1] in changes.get("laws", {}) else "national"
    return dotted(("laws", law, "changes", *new))


def _over(base: Map, patch: Map, part: str = "") -> Map:
    """A patch on top of a map; a part with another rule loses its old parameters."""
    if "rule" in patch and patch["rule"] != base.get("rule", DEFAULT.get(part)):
        base = {}
    both = [key for key in patch if isinstance(base.get(key), dict) and isinstance(patch[key], dict)]
    return {**base, **patch, **{key: _over(base[key], patch[key], key) for key in both}}
