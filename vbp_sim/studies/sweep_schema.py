"""JSON Schema and reference page of sweep files, made from their model: for editors, `vbp schema` and the docs."""

from __future__ import annotations

from vbp_sim.scenario import reference, schema
from vbp_sim.scenario.schema import Json
from vbp_sim.studies.sweep_file import NEEDS, SweepSpec

#: keys that a lever has together
LEVERS = (("path", "values"), ("path", "low", "high", "steps"), ("variants",))

HEAD = """\
# What a sweep file may say

Made from the models by `vbp schema sweep --format markdown`; not edited by hand.
How to use it: [studies](studies.md).

A lever has `path` and `values`, or `path`, `low`, `high` and `steps`, or `variants`. Each is combined with every other.
What an uncertainty needs, by `distribution`:

"""


def sweep_schema() -> Json:
    """The schema of sweep files, with what each kind of lever and each distribution needs."""
    made = schema.model_schema(SweepSpec, "vbp_sim sweep")
    made["$defs"]["Lever"]["oneOf"] = [{"required": list(keys)} for keys in LEVERS]
    made["$defs"]["Uncertainty"]["allOf"] = [
        {
            "if": {"properties": {"distribution": {"const": name}}, "required": ["distribution"]},
            "then": {"required": list(needs)},
        }
        for name, needs in NEEDS.items()
    ]
    return made


def sweep_page() -> str:
    """The page docs/sweep-reference.md."""
    needs = [f"- `{name}`: {', '.join(f'`{key}`' for key in keys)}" for name, keys in NEEDS.items()]
    return HEAD + "\n".join([*needs, "", reference.model_page(SweepSpec, "sweep").rstrip()]) + "\n"
