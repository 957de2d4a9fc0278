"""How long one round takes to decide: 62 drugs, 800 bids, under the rules of every drug round.

Run it with ``python -m benchmarks.decide_round``; the figures of docs/replay.md come from here.
"""

import time

import numpy as np

from vbp_sim.rules.contest import Tender
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.tender import award_all

DRUGS, BIDS, REPEATS = 62, 800, 20
ROUNDS = ("pilot-2018", "expansion-2019", "batch-3", "batch-7", "batch-10", "batch-11")


def made_up_round() -> list[Tender]:
    """62 tenders with 12 or 13 bids each, from a fixed seed."""
    rng = np.random.Generator(np.random.Philox(1))
    sizes = np.full(DRUGS, BIDS // DRUGS)
    sizes[: BIDS - sizes.sum()] += 1
    return [
        Tender(
            drug=f"drug{i}",
            form="oral-solid",
            drug_class="ordinary",
            ceiling=2_000_000,
            firms=tuple(f"firm{j}" for j in range(n)),
            bids=rng.integers(100_000, 2_100_000, n),
            priority=rng.random(n),
            related=("",) * n,
            named=rng.random(n),
            incumbent=np.zeros(n, dtype=np.bool_),
        )
        for i, n in enumerate(sizes)
    ]


def main(rounds: tuple[str, ...] = ROUNDS, repeats: int = REPEATS) -> None:
    """Print the best and the worst time per rule set."""
    tenders = made_up_round()
    for id in rounds:
        rules = rule_set(id)
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            award_all(tenders, rules, lambda tender, offers: offers > 0)
            times.append(time.perf_counter() - begin)
        print(f"{id:16s} {1000 * min(times):6.1f} ms (best), {1000 * max(times):6.1f} ms (worst of {repeats})")


if __name__ == "__main__":
    main()
