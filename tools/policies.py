"""The page docs/policies.md, from finished comparisons: ``python -m tools.policies DIR... > docs/policies.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import judgement
from vbp_sim.runs.policies import load_policy, policy_ids
from vbp_sim.scenario.policy import Policy

_HEAD = """# Policies, and whether they did what they said

<!-- rendered by `make docs` (python -m tools.policies); do not edit -->

Each shipped policy says before the first run what it expects, and why: `built-in` follows from a formula, `emergent`
from how firms, hospitals and plants act. `published` is a size that was found, or none. The verdicts are of
{comparisons}: each policy against the scenario without it, on the same luck, with the 90 % interval
([how it is judged](studies.md#policies)). Shares are in %, their differences in percentage points.
An expectation that was wrong stays, with what was learned.

```sh
vbp list policies
vbp show policy share-90
```
"""


def page(found: Sequence[Compared]) -> str:
    """The whole page."""
    named = [f"{c.content['scenario']} with {c.content['replications']} replications" for c in found]
    parts = [_HEAD.format(comparisons=" and ".join(named))]
    for id in policy_ids():
        parts += _policy(load_policy(id).policy, found)
    return "\n".join(parts)


def _policy(policy: Policy, found: Sequence[Compared]) -> Iterator[str]:
    """The section of one policy."""
    meant = policy.meant if isinstance(policy.meant, str) else ", ".join(policy.meant)
    yield f"\n## {policy.policy}\n"
    yield f"{policy.title}. {' '.join(policy.description.split())}\n"
    yield f"Asked by {policy.asked_by}; for {meant}.\n"
    yield f"| metric | expected | why | published | {' | '.join(c.content['scenario'] for c in found)} |"
    yield f"|---|---|---|---|{'---|' * len(found)}"
    for metric, expected in policy.expects.items():
        told = [_told(policy.policy, metric, each) for each in found]
        yield f"| `{metric}` | {expected.sign} | {expected.why} | {expected.published} | {' | '.join(told)} |"
    notes = {metric: " ".join(e.found.split()) for metric, e in policy.expects.items() if e.found}
    if notes:
        yield ""
        yield from (f"- `{metric}`: {note}" for metric, note in notes.items())


def _told(policy: str, metric: str, found: Compared) -> str:
    """What a comparison found of one expectation."""
    for verdict in found.expectations:
        if (verdict.policy, verdict.metric) == (policy, metric):
            one = judgement(verdict, found.differences)
            return f"**{one.held}**: {one.difference} {one.unit}".rstrip()
    return "does not fit"


if __name__ == "__main__":
    print(page([Compared.open(Path(folder)) for folder in sys.argv[1:]]))
