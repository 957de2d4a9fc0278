"""Who delivers what: the main supplier, then the backup, then other winners; what is left over is a gap.

Pure functions on arrays; independent of the order of places and agreements, because everybody with a claim on the same
stock gets the same fraction of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Delivered:
    """Units that suppliers deliver of their ``own`` orders, and to ``help`` others, both (suppliers, places).

    ``filled`` (places,) is the delivered part of the orders: exactly 1 where what is available covers what is asked.
    """

    own: Floats
    help: Floats
    filled: Floats


def dispatch(
    orders: Floats, routes: Floats, available: Floats, backup: Ints, helped: Floats, pool: Ints, member: Bools
) -> Delivered:
    """Share out one drug's stock for a month.

    ``orders`` (places,) units; ``routes`` (suppliers, places) the part of them asked of each supplier; ``available``
    (suppliers,) units that can be delivered; ``backup`` (places,) index of the supplier, -1 = none; ``helped``
    (places,) the part of a gap that others may cover (0 before a backup is active). ``pool`` (places,) is the
    agreement of each place, -1 = none, and ``member`` (suppliers, agreements) says who helps where. All own orders are
    served first, then backups, then all other winners, each step split in proportion at once.
    """
    wanted, unserved = routes * orders, (orders > 0) & ~routes.any(axis=0)
    if (wanted.sum(axis=1) <= available).all():
        return Delivered(wanted, np.zeros_like(wanted), np.where(unserved, 0.0, 1.0))
    own, left = _ration(wanted, np.array(available, dtype=np.float64))
    gap = (wanted - own).sum(axis=0)
    may = gap * helped
    claims = np.where(np.arange(len(left))[:, None] == backup[None, :], may, 0.0)
    by_backup, left = _ration(claims, left)
    still = np.where(backup >= 0, np.maximum(may - by_backup.sum(axis=0), 0), may)
    by_others, met = _pools(left, still, pool, member)
    missing = gap - may + still * (1 - met)
    missing = np.where(unserved, orders, missing)
    filled = 1 - np.divide(missing, orders, out=np.zeros_like(orders), where=orders > 0)
    return Delivered(own, by_backup + by_others, filled.clip(0, 1))


def _pools(left: Floats, gap: Floats, pool: Ints, member: Bools) -> tuple[Floats, Floats]:
    """What all winners of an agreement send together, (suppliers, places), and the part of each gap that it meets.

    A supplier with room in several agreements splits it in proportion to their gaps.
    """
    agreements = member.shape[1]
    gaps = np.bincount(pool[pool >= 0], weights=gap[pool >= 0], minlength=agreements)[:agreements]
    if not gaps.any() or not left.any():
        return np.zeros((len(left), len(gap))), np.zeros_like(gap)
    claims = member * gaps
    total = np.broadcast_to(claims.sum(axis=1, keepdims=True), claims.shape)
    room = left[:, None] * np.divide(claims, total, out=np.zeros_like(claims), where=total > 0)
    rooms = room.sum(axis=0)
    met = np.divide(rooms, gaps, out=np.zeros_like(gaps), where=gaps > 0).clip(0, 1)
    parts = np.divide(room, np.broadcast_to(rooms, room.shape), out=np.zeros_like(room), where=rooms > 0)
    there, none = np.maximum(pool, 0), pool < 0
    met_here = np.where(none, 0.0, met[there])
    return np.where(none, 0.0, parts[:, there] * (gap * met_here)), met_here


def _ration(wanted: Floats, available: Floats) -> tuple[Floats, Floats]:
    """Scale each supplier's deliveries down to what it has; return them, and what is left (exactly 0 where scarce)."""
    total, has = wanted.sum(axis=1), np.maximum(available, 0)
    scarce = total > has
    factor = np.divide(has, total, out=np.ones_like(total), where=scarce)
    return wanted * factor[:, None], np.where(scarce, 0.0, has - total)
