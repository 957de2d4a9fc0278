"""Reports by the last audited year and the floor of the form."""

from __future__ import annotations

import numpy as np
import pytest

from vbp_sim.agents.reporting.audited_use import AuditedUse
from vbp_sim.agents.reporting.interface import Floats, History
from vbp_sim.rules.local.review import Limits
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)
N = 4000


def reports(model: AuditedUse, brand: float = 0.5, bought: float = 0.0, rigour: float = 0.0) -> Floats:
    use = np.full((1, N), 100.0)
    at = np.arange(N, dtype=np.uint64)
    history = History("r", ("alpha",), at, use, np.array([0.65]), np.full((1, N), bought), np.array([brand]), rigour)
    return model.report(history, Limits(), LUCK)[0]


def test_most_reports_lie_at_the_floor_where_originators_have_much() -> None:
    found = reports(AuditedUse())
    assert found.min() == pytest.approx(80)
    assert (np.abs(found - 80) < 1e-9).mean() > 0.9


def test_room_for_originators_is_kept_out_of_reports() -> None:
    few, many = reports(AuditedUse(), brand=0.0), reports(AuditedUse(), brand=0.5)
    assert (few >= many).all()
    assert few.mean() > many.mean() + 10
    np.testing.assert_array_equal(reports(AuditedUse(room=0), brand=0.5), few)


def test_later_reports_catch_up_with_what_was_bought() -> None:
    assert reports(AuditedUse(), bought=95.0).min() == pytest.approx(95)
    assert reports(AuditedUse(catch_up=0.9), bought=95.0).min() == pytest.approx(85.5)


def test_a_stricter_place_has_a_higher_floor() -> None:
    assert reports(AuditedUse(floor_spread=0.03), rigour=2.0).min() == pytest.approx(86)


def test_without_an_error_the_report_is_worked_out_by_hand() -> None:
    np.testing.assert_allclose(reports(AuditedUse(error=0, growth=0.1), brand=0.1), 99)
