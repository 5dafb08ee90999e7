"""Amounts of the ORM as decimals."""

from decimal import Decimal


def exact(value: float | None, places: int = 2) -> Decimal:
    """Return an amount or a percentage of the ORM as the decimal that people see."""
    return Decimal(f"{value or 0:.{places}f}")
