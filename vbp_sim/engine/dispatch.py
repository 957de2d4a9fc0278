"""Who delivers what: the main supplier, then the backup, then other winners; what is left over is a gap.

Pure functions on arrays; independent of the order of provinces, because everybody with a claim on the same stock gets
the same fraction of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def dispatch(wanted: Floats, backup: Ints, available: Floats, helped: Floats) -> tuple[Floats, Floats]:
    """Share out one drug's stock for a month; return what suppliers deliver of their own orders, and to help others.

    ``wanted`` (suppliers, provinces) units ordered from each, as are both results; ``backup`` (provinces,) index of
    the supplier, -1 = none; ``available`` (suppliers,) units that can be delivered; ``helped`` (provinces,) the part
    of a gap that others may cover (0 before a backup is active). Suppliers serve their own orders first.
    """
    own, left = _ration(wanted, np.array(available, dtype=np.float64))
    gap = np.maximum(wanted.sum(axis=0) - own.sum(axis=0), 0) * helped
    by_backup, left = _ration(_claims(gap, backup, len(left)), left)
    gap = np.maximum(gap - by_backup.sum(axis=0), 0)
    pool = left.sum()
    if pool > 0 and gap.sum() > 0:
        by_backup += np.outer(left / pool, gap * min(1.0, pool / gap.sum()))
    return own, by_backup


def _claims(volumes: Floats, supplier: Ints, suppliers: int) -> Floats:
    """Lay volumes (provinces,) out by the supplier that is asked, shape (suppliers, provinces)."""
    return np.where(np.arange(suppliers)[:, None] == supplier[None, :], volumes[None, :], 0.0)


def _ration(wanted: Floats, available: Floats) -> tuple[Floats, Floats]:
    """Scale each supplier's deliveries down to what it has; return them, and what is left (exactly 0 where scarce)."""
    total, has = wanted.sum(axis=1), np.maximum(available, 0)
    scarce = total > has
    factor = np.divide(has, total, out=np.ones_like(total), where=scarce)
    return wanted * factor[:, None], np.where(scarce, 0.0, has - total)
