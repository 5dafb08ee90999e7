"""What a company sold and took back, by what its people did."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(eq=False)
class Customer:
    vat: str
    partner: int
    # The customer's debt (BRL) from sales without Supplier.
    owes: Decimal = Decimal(0)


@dataclass(eq=False)
class Sale:
    """A sale that an NF-e was made for."""

    invoice: int
    customer: Customer
    total: Decimal
    key: str


@dataclass(eq=False)
class Claim:
    """A return, cancellation or bonus."""

    sale: Sale
    kind: str
    amount: Decimal
    # The request that the temporary credit was made for, and the last one that asks for a rest.
    request: int
    last: int
    last_amount: Decimal
    # Of a return.
    note: int | None = None
    has_nfe: bool = True
    # What people decided of the parts that Supplier refused; whether they did for the last request.
    direct: Decimal = Decimal(0)
    withdrawn: Decimal = Decimal(0)
    is_decided: bool = False
    # Whether its last request was refused without a code.
    is_turned_away: bool = False

    @property
    def counted(self):
        """The amount (BRL) that it takes of its sale."""
        return self.amount - self.withdrawn
