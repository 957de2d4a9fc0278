"""Payment and distribution as rules: what is brought, what it costs, and what waiting costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vbp_sim.rules.local.distribution import OnCredit, PassThrough
from vbp_sim.rules.payment import Days

PART = st.floats(0, 1)


def test_152_days_at_five_and_a_half_per_cent_cost_2_3_per_cent_of_the_price() -> None:
    assert Days(interest=0.055, prepayment_share=0.0).finance_part(152) == pytest.approx(0.0229, abs=1e-4)
    assert Days(interest=0.055, prepayment_share=0.0).finance_part(30) == pytest.approx(0.0045, abs=1e-4)


def test_only_what_is_passed_on_of_the_advance_saves_waiting() -> None:
    whole, half, none = (Days(interest=0.06, passed_on=part).finance_part(100) for part in (1.0, 0.5, 0.0))
    assert whole < half < none
    assert none == pytest.approx(0.06 * 100 / 365)


def test_who_pays_on_time_and_who_pays_late_make_the_mean_wait() -> None:
    assert Days().waiting(0.8) == pytest.approx(0.8 * 30 + 0.2 * 150)
    assert Days(direct_settlement=True, direct_days=20).waiting(0.0) == 20


@given(PART, PART, PART, PART)
def test_what_is_brought_is_a_part_that_falls_with_distance_and_lack_of_credit(
    near: float, far: float, remoteness: float, afford: float
) -> None:
    law = PassThrough(delivered=max(near, far), delivered_remote=min(near, far))
    brings = law.brings(remoteness, afford)
    assert ((brings >= 0) & (brings <= 1)).all()
    assert (np.diff(brings) <= 1e-12).all()  # tertiary, secondary, primary
    assert (brings <= law.brings(remoteness, 1.0) + 1e-12).all()
    assert (brings <= law.brings(0.0, afford) + 1e-12).all()
    assert brings[0] == pytest.approx(law.delivered)  # hospitals of the next city wait for nobody's credit


@given(st.floats(-1e9, 1e9), st.floats(0, 1e8), st.floats(0, 12))
def test_credit_allows_all_up_to_the_line_and_in_proportion_beyond(cash: float, monthly: float, months: float) -> None:
    afford = OnCredit(credit_months=months).afford(cash, monthly)
    assert 0 <= afford <= 1
    assert afford == pytest.approx(1.0 if -cash <= months * monthly else months * monthly / -cash)


def test_the_fee_rises_with_remoteness_and_falls_with_three_invoices() -> None:
    law = PassThrough(fee=0.05, remote_fee=0.04)
    np.testing.assert_allclose(law.fees(0.5), [0.05, 0.06, 0.07])
    np.testing.assert_allclose(PassThrough(invoices=3).fees(1.0), 0.031)
    np.testing.assert_allclose(PassThrough(fee=0.01, invoices=3).fees(1.0), 0.0)


def test_every_level_has_a_reach() -> None:
    with pytest.raises(ValidationError, match="needs exactly the levels tertiary, secondary, primary"):
        PassThrough(reach={"tertiary": 0.0})
