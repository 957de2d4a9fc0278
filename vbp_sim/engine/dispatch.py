"""Who delivers what: the main supplier, then the backup, then other winners; what is left over is a gap.

Pure functions on arrays; independent of the order of provinces, because everybody with a claim on the same stock gets
the same fraction of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def dispatch(orders: Floats, main: Ints, backup: Ints, available: Floats, helped: Floats) -> Floats:
    """Share out one drug's stock for a month; return deliveries, shape (suppliers, provinces), units.

    ``orders`` (provinces,) units; ``main`` and ``backup`` (provinces,) index of the supplier, -1 = none;
    ``available`` (suppliers,) units that can be delivered; ``helped`` (provinces,) the part of a gap that others may
    cover (0 before a backup is active). Suppliers serve their own provinces first.
    """
    suppliers, provinces = len(available), len(orders)
    delivered = np.zeros((suppliers, provinces))
    left = available.astype(np.float64).copy()
    for claims in (main, backup):
        wanted = orders if claims is main else (orders - delivered.sum(axis=0)) * helped
        share = np.zeros((suppliers, provinces))
        ok = claims >= 0
        share[claims[ok], np.flatnonzero(ok)] = wanted[ok]
        part = _ration(share, left)
        delivered += part
        left = left - part.sum(axis=1)
    gap = np.maximum(orders - delivered.sum(axis=0), 0) * helped
    pool = left.sum()
    if pool > 0 and gap.sum() > 0:
        delivered += np.outer(left / pool, gap * min(1.0, pool / gap.sum()))
    return delivered


def _ration(wanted: Floats, available: Floats) -> Floats:
    """Scale each supplier's deliveries down to what it has."""
    total = wanted.sum(axis=1)
    factor = np.minimum(1.0, np.divide(available, total, out=np.ones_like(total), where=total > 0))
    return np.asarray(wanted * factor[:, None])
