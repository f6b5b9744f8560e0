"""Quantities as the API server writes them."""

from __future__ import annotations

import pytest

from migrator.compare.stored.quantities import quantity_text


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1.5", "1500m"),
        ("0.1", "100m"),
        (1, "1"),
        (0.5, "500m"),
        (2000, "2k"),
        ("1000k", "1M"),
        ("1024Mi", "1Gi"),
        ("1000Mi", "1000Mi"),
        ("0.5Gi", "512Mi"),
        ("1.5Gi", "1536Mi"),
        ("1073741824", "1073741824"),
        ("512Ki", "512Ki"),
        ("0.5Ki", "512"),
        ("0", "0"),
        ("0Mi", "0"),
        ("1e3", "1e3"),
        ("1.5e3", "1500"),
        ("+1", "1"),
        ("100u", "100u"),
    ],
)
def test_the_canonical_form(written, stored):
    assert quantity_text(written) == stored
    assert quantity_text(stored) == stored


def test_resources_are_rounded_up_to_thousandths():
    assert quantity_text("100u", to_milli=True) == "1m"
    assert quantity_text("0.1Gi", to_milli=True) == "107374182400m"


@pytest.mark.parametrize("written", ["", "lots", "1 Gi", "-1", "1Zi", True, None, "${SIZE}", "99999999999E"])
def test_what_is_no_quantity_is_left(written):
    assert quantity_text(written) is written
