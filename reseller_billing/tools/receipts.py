"""Charges of an online receipts provider as data. No ORM."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .errors import Unavailable


class RefundUnderWay(Unavailable):
    """The provider is giving money back and does not say yet how much."""


class DailyLimit(Unavailable):
    """The account may make no more charges today."""


@dataclass(frozen=True)
class Refund:
    """A refund to the payer."""

    amount: Decimal
    day: date | None


@dataclass(frozen=True)
class Charge:
    """A charge at the provider. Amounts in BRL.

    `state` is a value of `charge_state`, or None where the provider's status means nothing here.
    `paid` includes fine and interest; `net` is without the fee. `refunds` are done, `refunding` is
    the amount of requested ones; None if the provider does not say how much. `method` is a value of
    `charge_method`, of a paid charge the way it was really paid.
    """

    reference: str
    external_reference: str
    state: str | None
    raw_state: str
    amount: Decimal
    due_date: date
    customer: str = ""
    paid: Decimal | None = None
    net: Decimal | None = None
    surcharge: Decimal = Decimal(0)
    paid_date: date | None = None
    credit_date: date | None = None
    in_cash: bool = False
    deleted: bool = False
    url: str = ""
    slip_url: str = ""
    our_number: str = ""
    number: str = ""
    refunds: tuple[Refund, ...] = ()
    refunding: Decimal | None = Decimal(0)
    method: str = ""

    @property
    def refunded(self) -> Decimal:
        """Refunded to the payer, in BRL."""
        return sum((refund.amount for refund in self.refunds), Decimal(0))


@dataclass(frozen=True)
class Page:
    """A page of a list of the provider's.

    :param records: those that could be read
    :param unreadable: ids of the others, as far as they have any
    :param count: of all records of the page
    """

    records: list
    unreadable: tuple[str, ...]
    count: int
    has_more: bool


@dataclass(frozen=True)
class KnownPayer:
    """A client as the provider has it."""

    reference: str
    external_reference: str
    name: str
    tax_id: str


@dataclass(frozen=True)
class Slip:
    """Means of payment: linha digitável, bar code, Pix copy-and-paste and its QR code."""

    line: str = ""
    bar_code: str = ""
    our_number: str = ""
    pix_payload: str = ""
    pix_image: str = ""
    pdf: bytes = b""


@dataclass(frozen=True)
class Terms:
    """Terms of a charge. Percentages are of the value; interest is a month."""

    external_reference: str
    customer: str
    kind: str
    amount: Decimal
    due_date: date
    description: str
    fine: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    discount_days: int = 0


@dataclass(frozen=True)
class Payer:
    """A client's data at the provider. Phones are a landline and a mobile, digits only."""

    external_reference: str
    name: str
    tax_id: str
    email: str = ""
    phone: str = ""
    mobile: str = ""
    address: dict[str, str] = field(default_factory=dict)

    def without_optional_data(self) -> "Payer":
        """Return the payer with what a provider needs only."""
        return Payer(self.external_reference, self.name, self.tax_id)
