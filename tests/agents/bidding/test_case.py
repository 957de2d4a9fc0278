"""One frozen case per tender: what it holds, that solvers see nothing else, and that no order of asking matters."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import types
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from bidding_making import case, conditions, opening, rules
from hypothesis import given, settings
from hypothesis import strategies as st

import vbp_sim.agents.bidding as room
from vbp_sim.agents.bidding import beliefs, books, payoffs, solve, store
from vbp_sim.agents.bidding import case as case_module
from vbp_sim.agents.bidding.beliefs import Belief, Believed, believed_payoffs
from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.case import HIGH, Case, case_of
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.interface import Conditions, Opening
from vbp_sim.agents.bidding.solve import Game, Meeting, equilibrium
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.selection import Selection, Shortlisted
from vbp_sim.rules.shortlist import Shortlist
from vbp_sim.streams import Streams

BELIEF = Belief(spread=0.3, focal=0.2, threat=0.7, draws=24)
SOME = case(rules("batch-3"), 5)
GAME = Game(SOME, (0.1, 0.2, 0.3), 1, (0.03, 0.1, 0.2))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty store, on disk and in memory."""
    monkeypatch.setenv("VBP_CACHE", str(tmp_path))
    store.forget()
    yield tmp_path
    store.forget()


def solvers() -> list[Callable[..., Any]]:
    """Every function of the room whose answers are kept."""
    modules = [importlib.import_module(f"{room.__name__}.{m.name}") for m in pkgutil.iter_modules(room.__path__)]
    return [f for m in modules for f in vars(m).values()
            if inspect.isfunction(f) and hasattr(f, "__wrapped__") and f.__module__ == m.__name__
            and f.__code__ is believed_payoffs.__code__]  # fmt: skip


def test_there_are_solvers() -> None:
    assert {f.__name__ for f in solvers()} == {"believed_payoffs", "equilibrium", "met_payoffs"}


@pytest.mark.parametrize("solver", solvers(), ids=lambda f: f.__name__)
def test_a_solver_takes_one_frozen_case_of_plain_values_and_rules(solver: Callable[..., Any]) -> None:
    given_types = [t for name, t in get_type_hints(solver).items() if name != "return"]
    assert len(given_types) == 1
    assert not plain(given_types[0])


def plain(kind: Any) -> list[Any]:
    """Types within a case that could change or lead beyond it."""
    if dataclasses.is_dataclass(kind):
        frozen = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        inner = [t for name, t in get_type_hints(kind).items() if name in {f.name for f in fields(kind)}]
        return [*([] if frozen else [kind]), *(w for t in inner for w in plain(t))]
    if get_origin(kind) is tuple:
        return [w for t in get_args(kind) if t is not Ellipsis for w in plain(t)]
    return [] if kind in (int, float, str, bool, Shortlist, Selection) else [kind]


@pytest.mark.parametrize(
    "module", [beliefs, books, case_module, payoffs, solve], ids=lambda m: m.__name__.rpartition(".")[2]
)
def test_what_solves_reads_its_arguments_and_constants_of_its_module(module: types.ModuleType) -> None:
    constants = (types.ModuleType, type, int, float, str, range, np.ndarray)
    for function in (f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__):
        read = inspect.getclosurevars(inspect.unwrap(function))
        assert not read.nonlocals
        odd = [name for name, v in read.globals.items() if not isinstance(v, constants) and not callable(v)]
        assert not odd, f"{function.__name__} reads {odd}"


@pytest.mark.parametrize("asked", [SOME, Believed(SOME, BELIEF, 1), GAME, Meeting(GAME, True, 30)],
                         ids=lambda a: type(a).__name__)  # fmt: skip
def test_the_key_leaves_out_no_field(asked: Any) -> None:
    """Nested ones too: each field changed alone is another key."""
    key = store.key_of(equilibrium, asked)
    others = list(changed(asked))
    keys = {store.key_of(equilibrium, other) for _, other in others}
    assert len(keys | {key}) == len(others) + 1, [name for name, _ in others]
    assert store.key_of(equilibrium, replace(asked)) == key


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """A dataclass with each of its values changed in turn."""
    for f in fields(value):
        held = getattr(value, f.name)
        if dataclasses.is_dataclass(held):
            yield from ((f"{f.name}.{name}", replace(value, **{f.name: new})) for name, new in changed(held))
        else:
            yield f.name, replace(value, **{f.name: other(held)})


def other(value: Any) -> Any:
    """Another value of the same kind, for a float the very next one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return float(np.nextafter(value, np.inf))
    if isinstance(value, int | str):
        return value + type(value)(1)
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1]))
    if isinstance(value, Shortlist):
        return rule_set("expansion-2019").shortlist
    assert isinstance(value, Selection)
    return Shortlisted()


def test_drugs_that_differ_in_what_no_rule_reads_are_one_case() -> None:
    """Start, class, form, scale, reported volume and the rules of other sections: the numbers that follow are alike."""
    law = rules("batch-2", share={"classes": {}})
    one = case_of(conditions(law), 20.0, 6, 0.875)
    stated = rules("batch-2", share={"classes": {}}, entry={"below_cost_statement": True})
    others = [
        replace(conditions(law), **changes)
        for changes in ({"start": date(2031, 5, 1)}, {"drug_class": "antibiotic"}, {"form": "small-injection"},
                        {"reported": 7.0}, {"rules": stated})
    ]  # fmt: skip
    assert [case_of(o, c, 6, 0.875) == one for o in others for c in (20.0, 200.0)] == [True] * 10


def test_a_form_is_read_where_the_rules_tell_it_apart() -> None:
    """Batch 10: 0.1 yuan for most forms, 1 yuan for small injections; batch 3: a year for injections."""
    forms = ("oral-solid", "capsule", "small-injection")
    low, high = ([case(rules("batch-10"), ceiling=c, form=f) for f in forms] for c in (5.0, 5000.0))
    assert low[0] == low[1] != low[2]
    assert (low[0].form, low[2].form) == ("", "small-injection")
    assert low[2].ceiling == 5.0
    assert high[0] == high[1] == high[2]
    tablets, injections = (case(rules("batch-3"), form=f) for f in ("oral-solid", "small-injection"))
    assert max(injections.years) == 1 < max(tablets.years)
    assert replace(tablets, years=injections.years) == injections


def test_unscaled_a_case_keeps_its_ceiling_and_form() -> None:
    kept = case_of(conditions(rules("batch-2")), 23.456, 6, 0.875, scaled=False)
    assert (kept.ceiling, kept.form) == (23.456, "oral-solid")
    assert case_of(conditions(rules("batch-2")), 23.456, 6, 0.875).ceiling == HIGH


def test_expectations_for_tablets_are_not_used_for_injections(cache: Path) -> None:
    """Under batch 3 tablets of four winners are bought for three years, injections for one: in every order."""
    known = {f: replace(conditions(rules("batch-3")), form=f) for f in ("oral-solid", "small-injection")}
    found: dict[str, set[tuple[bytes, ...]]] = {f: set() for f in known}
    volume = {}
    for order in (list(known), list(known)[::-1]):
        for form in order:
            table = believed_payoffs(Believed(case_of(known[form], 50.0, 6, 0.875), BELIEF, 1))
            found[form].add(tuple(a.tobytes() for a in table))
            volume[form] = table[0].sum()
        for file in cache.iterdir():
            file.unlink()
        store.forget()
    assert [len(f) for f in found.values()] == [1, 1]
    assert volume["oral-solid"] > 2 * volume["small-injection"]


def field_of(drug: str, generics: int, originators: int) -> Opening:
    """A drug of the expansion with plants of half of what is reported, a cost of 3 and a ceiling of 10 yuan."""
    n = generics + originators
    known = Conditions(rule_set("expansion-2019"), "oral-solid", "", date(2019, 12, 1), (0.5, 0.3, 0.2), 1e6)
    made = opening([0.3] * generics, originators=originators, drug=drug, conditions=known)
    return replace(made, pre_price=np.full(n, 10.0), pre_share=np.full(n, 1 / n), capacity=np.full(n, 5e5))


@pytest.mark.parametrize("drugs", [((3, 1), (4, 0)), ((2, 2), (3, 1), (4, 0)), ((4, 1), (5, 0))])
def test_what_is_expected_does_not_depend_on_which_drug_was_asked_first(
    cache: Path, drugs: tuple[tuple[int, int], ...]
) -> None:
    """An originator meets so many generics who know of it; a generic of the next drug as many who know of none."""
    model, found = Equilibrium(shared_capacity=1.0, regret_limit=0.5), set()
    for order in itertools.permutations(drugs):
        store.forget()
        for file in cache.iterdir():
            file.unlink()
        openings = {d: field_of("d", *d) for d in order}
        cold = {d: model.expected(o, np.full(sum(d), 6.0), Streams(1, 0)).tobytes() for d, o in openings.items()}
        warm = {d: model.expected(o, np.full(sum(d), 6.0), Streams(1, 0)).tobytes() for d, o in openings.items()}
        store.forget()
        disk = {d: model.expected(o, np.full(sum(d), 6.0), Streams(1, 0)).tobytes() for d, o in openings.items()}
        assert cold == warm == disk
        found.add(tuple(cold[d] for d in drugs))
    assert len(found) == 1


documents = st.builds(
    lambda base, form, kind, start, named, ceiling, firms, brands: (
        Conditions(rule_set(base), form, kind, start, (0.4, 0.3, 0.2, 0.1), 1e6, named), ceiling, firms + brands, brands
    ),
    st.sampled_from(["expansion-2019", "batch-2", "batch-3", "batch-9", "batch-10", "batch-11", "insulin-2021"]),
    st.sampled_from(["oral-solid", "capsule", "small-injection", "large-injection", ""]),
    st.sampled_from(["ordinary", "antibiotic", ""]),
    st.dates(date(2019, 1, 1), date(2027, 12, 31)),
    st.sampled_from([0.0, 0.05]),
    st.sampled_from([0.3, 2.0, 20.0, 21.0, 300.0]),
    st.integers(2, 5),
    st.integers(0, 1),
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(documents, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_documents_with_equal_cases_have_equal_answers_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[Conditions, float, int, int]], luck: Any
) -> None:
    """Cold, from memory and from disk, to the bit as the solver alone; and each case is solved once.

    Each document is asked with a twin of another reported volume, which no solver reads.
    """
    asked = [d for known, *more in asked for d in ((known, *more), (replace(known, reported=7.0), *more))]
    questions = [Believed(case_of(known, c, n, 0.875), BELIEF, brands) for known, c, n, brands in asked]
    alone = [bits(believed_payoffs.__wrapped__(q)) for q in questions]  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cases")
        patch.setenv("VBP_CACHE", str(folder))
        for keep_memory in (True, True, False):
            order = luck.sample(range(len(asked)), len(asked))
            if not keep_memory:
                store.forget()
            assert [bits(believed_payoffs(questions[i])) for i in order] == [alone[i] for i in order]
        store.forget()
        different = [q for i, q in enumerate(questions) if q not in questions[:i]]
        assert len(list(folder.iterdir())) == len(different)
    for (i, one), (j, two) in itertools.combinations(enumerate(questions), 2):
        if one == two:
            assert alone[i] == alone[j]


def bits(arrays: tuple[np.ndarray, ...]) -> tuple[bytes, ...]:
    return tuple(np.ascontiguousarray(a).tobytes() for a in arrays)


def test_a_case_is_made_anew_for_other_rules_of_the_same_name() -> None:
    """Cases are remembered by document; a changed rule set is another document, whatever it is called."""
    one, two = rules("batch-3"), rules("batch-3", term={"table": {"1": 48}})
    assert one.id == two.id
    assert [max(case(law).years) for law in (one, two, one)] == [3.0, 4.0, 3.0]


def test_firms_hold_the_same_case_whatever_they_cost() -> None:
    dear, cheap = (opening([c] * 4, rules("batch-9")) for c in (0.5, 0.1))
    assert BestResponse().case(dear) == BestResponse().case(cheap)
    assert isinstance(BestResponse().case(dear), Case)
