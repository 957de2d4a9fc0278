"""Where the reported volume goes: each unit to one supplier, and orders along the same routes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.tender.volumes import Volumes

volume = st.floats(0, 1e6)


@given(
    st.lists(st.tuples(volume, volume, volume), min_size=2, max_size=5),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_routes_share_out_every_order_once(places: list[tuple[float, float, float]], shares: list[float]) -> None:
    table = np.array(places).T
    main = np.arange(len(places)) % 3 - 1
    volumes = Volumes(main, table[:2] * (main >= 0), table[2] * (main >= 0), np.array(shares))
    routes = volumes.routes
    np.testing.assert_allclose(routes.sum(axis=0), main >= 0)
    assert (routes >= 0).all()
    agreed = volumes.share_by_province * (volumes.direct.sum(axis=0) + volumes.rest)
    np.testing.assert_allclose(agreed, volumes.agreed.sum(axis=0), rtol=1e-9, atol=1e-9)
