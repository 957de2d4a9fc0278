"""Short ways to write a tender in a test."""

from collections.abc import Sequence

import numpy as np

from vbp_sim.rules.contest import Tender
from vbp_sim.rules.money import micro


def tender(
    bids: Sequence[float | str],
    ceiling: float | str = 0,
    *,
    drug: str = "drug",
    firms: Sequence[str] = (),
    priority: Sequence[float] = (),
    related: Sequence[str] = (),
    named: Sequence[float] = (),
    incumbent: Sequence[bool] = (),
    form: str = "tablet",
    drug_class: str = "",
) -> Tender:
    """A tender with bids in yuan; firms are called a, b, c ... unless named."""
    n = len(bids)
    return Tender(
        drug=drug,
        form=form,
        drug_class=drug_class,
        ceiling=micro(str(ceiling)),
        firms=tuple(firms) or tuple(f"{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(n)),
        bids=np.array([micro(str(b)) for b in bids], dtype=np.int64),
        priority=np.array(priority or [0.0] * n, dtype=np.float64),
        related=tuple(related) or ("",) * n,
        named=np.array(named or [0.0] * n, dtype=np.float64),
        incumbent=np.array(incumbent or [False] * n, dtype=np.bool_),
    )
