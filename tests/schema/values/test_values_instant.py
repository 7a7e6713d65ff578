"""Instants: offsets, cutting, limits."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.fault import Fault
from schema.values.instant import instant, now


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-03-29T02:30:00Z", "2026-03-29T02:30:00.000Z"),
        ("2026-03-29t02:30:00z", "2026-03-29T02:30:00.000Z"),
        ("2026-03-29 02:30:00+02:00", "2026-03-29T00:30:00.000Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
        ("2026-03-29T02:30:00-00:00", "2026-03-29T02:30:00.000Z"),
        ("2026-03-29T02:30:00.9999999Z", "2026-03-29T02:30:00.999Z"),
        ("2026-03-29T02:30:00.1Z", "2026-03-29T02:30:00.100Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("2024-02-29T12:00:00+05:45", "2024-02-29T06:15:00.000Z"),
        (" 2026-03-29T02:30:00Z ", "2026-03-29T02:30:00.000Z"),
    ],
)
def test_instant(value, written):
    assert instant(value) == written
    assert instant(written) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-03-29T02:30:00", "needs an offset"),
        ("2026-03-29", "needs a time and an offset"),
        ("2026-03-29T02:30:00 02:00", "%2B"),
        ("2026-02-30T00:00:00Z", "exists"),
        ("2027-02-29T00:00:00Z", "exists"),
        ("2016-12-31T23:59:60Z", "exists"),
        ("2026-03-29T24:00:00Z", "exists"),
        ("0000-01-01T00:00:00Z", "exists"),
        ("2026-13-01T00:00:00Z", "exists"),
        ("0001-01-01T00:00:00+00:01", "outside the years"),
        ("9999-12-31T23:59:59-00:01", "outside the years"),
        ("2026-03-29T02:30Z", "is not an instant"),
        ("2026-03-29T02:30:00+0200", "is not an instant"),
        ("2026-03-29T02:30:00+24:00", "is not an instant"),
        ("2026-03-29T02:30:00.Z", "is not an instant"),
        ("20260329T023000Z", "is not an instant"),
        ("٢026-03-29T02:30:00Z", "is not an instant"),
        ("03/04/2026", "is not an instant"),
        ("", "is not an instant"),
        (1774751400, "is not an instant"),
        (None, "is not an instant"),
        (True, "is not an instant"),
    ],
)
def test_refused(value, words):
    with pytest.raises(Fault) as caught:
        instant(value)
    assert words in caught.value.text


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),
    st.integers(min_value=-1439, max_value=1439),
)
def test_the_instant_stays_the_same(local, minutes):
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    written = instant(moment.isoformat())
    utc = moment.astimezone(UTC)
    assert datetime.fromisoformat(written) == utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    assert len(written) == 24


@given(st.datetimes(), st.datetimes())
def test_text_order_is_order_in_time(one, other):
    first, second = instant(one.isoformat() + "Z"), instant(other.isoformat() + "Z")
    earlier, later = (m.replace(microsecond=m.microsecond // 1000 * 1000) for m in (one, other))
    assert (first < second) == (earlier < later)


def test_now_is_an_instant():
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now())
    assert instant(now()) <= now()
