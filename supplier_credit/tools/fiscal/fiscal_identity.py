"""What a localisation says of the NF-e of an invoice."""

from __future__ import annotations

from dataclasses import dataclass

# Places in an access key.
MODEL = slice(20, 22)
SERIES = slice(22, 25)
NUMBER = slice(25, 34)


@dataclass(frozen=True)
class FiscalIdentity:
    """By what an invoice and its NF-e know each other.

    Where there is an access key, it alone says whose NF-e it is. What is None or empty is not said.

    :param model: of the document, such as 55
    :param series: as the localisation writes it
    :param total: vNF, in BRL
    :param takes_number: whether the invoice takes its number and day from its NF-e
    """

    total: float
    model: str | None = None
    series: str | None = None
    number: int | None = None
    key: str = ""
    takes_number: bool = False

    @classmethod
    def of_key(cls, key: str, total: float) -> FiscalIdentity:
        """Return what an access key of 44 characters says."""
        return cls(total, key[MODEL], key[SERIES], int(key[NUMBER]), key)

    def has_series(self, series: int) -> bool:
        """Return whether this says that the document is of a series."""
        own = self.series or ""
        return own.isdecimal() and int(own) == series
