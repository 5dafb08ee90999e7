"""What an online receipts provider says about a charge, and how it fails. No ORM."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class ReceiptsError(Exception):
    """A request that did not end well; `str()` is what the provider or the network said."""


class Rejected(ReceiptsError):
    """The provider understood and refuses; sending the same again is useless."""


class Gone(Rejected):
    """The provider does not know the charge, or it was deleted there."""


class Unauthorized(ReceiptsError):
    """Key or permissions are wrong; nothing was done. A person has to correct it."""


class Unavailable(ReceiptsError):
    """The provider was not reached or takes no requests now; nothing was done."""

    def __init__(self, text, retry_after=None):
        super().__init__(text)
        self.retry_after = retry_after


class OutcomeUnknown(ReceiptsError):
    """The request left and no answer came: it may have been done. Ask before sending again."""


@dataclass(frozen=True)
class Refund:
    """Money that went back to the payer."""

    amount: Decimal
    day: date | None


@dataclass(frozen=True)
class Charge:
    """A charge as the provider holds it, in its own terms translated. Amounts in BRL.

    `state` is one of `charge_state`'s, or None where the provider's word means nothing here.
    `paid` is what the payer paid, fine and interest included; `net` what remains after the fee.
    `refunds` is what went back, `refunding` what was asked for and is under way; None where
    something is, and the provider does not say how much.
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

    @property
    def refunded(self):
        """What went back to the payer, in BRL."""
        return sum((refund.amount for refund in self.refunds), Decimal(0))


@dataclass(frozen=True)
class Slip:
    """What the payer needs: linha digitável, bar code, Pix copy-and-paste and its QR code."""

    line: str = ""
    bar_code: str = ""
    our_number: str = ""
    pix_payload: str = ""
    pix_image: str = ""
    pdf: bytes = b""


@dataclass(frozen=True)
class Terms:
    """What a charge should be like. Percentages are of the value; interest is a month."""

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
    """A client as the provider keeps it."""

    external_reference: str
    name: str
    tax_id: str
    email: str = ""
    phone: str = ""
    address: dict = field(default_factory=dict)
