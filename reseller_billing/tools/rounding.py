"""Amounts of the ORM as decimals."""

from decimal import Decimal


def exact(value, places=2):
    """Return an amount or a percentage as the decimal that people see, not as the float it is."""
    return Decimal(f"{value or 0:.{places}f}")
