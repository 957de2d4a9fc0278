"""Wards and clinics of one institution: how what it chose divides between the two.

An institution decides as a whole, at the mean utility of its wards and clinics. Where wards are ``apart`` logits more
inclined to the selected product, both are logits whose mixture is what it chose:

    w s(u + apart) + (1 - w) s(u) = share,   s(v) = 1 / (1 + exp(-v)),   w = part of the use in wards

which is a quadratic equation in exp(u). So nothing is added to the month's step. Two logits at the mean utility would
mix to within 0.07 w (1 - w) apart^2 of what was chosen: 0.1 points for a quarter of a logit, which is about what case
payment sets apart, 0.4 for half of one.
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.choice.interface import Floats


def share_in_wards(share: Floats, ward: Floats, apart: Floats) -> Floats:
    """Share of the selected product in the wards of institutions that have ``share`` of it in all; shapes that go
    together, ``ward`` from 0 to 1."""
    s, w = np.clip(share, 0.0, 1.0), np.asarray(ward)
    odds = np.exp(np.asarray(apart))
    middle = w * odds + 1 - w - s * (1 + odds)
    root = np.sqrt(middle**2 + 4 * odds * s * (1 - s))
    less, more = 2 * s, 2 * odds * (1 - s)
    top, low = np.where(middle > 0, less, root - middle), np.where(middle > 0, root + middle, more)
    return np.asarray(odds * top / (odds * top + low))
