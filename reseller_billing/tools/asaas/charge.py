"""Charges and customers of Asaas as data: its JSON in, our terms out, and back. No ORM.

Source: docs.asaas.com, reference of /v3/payments and /v3/customers, and recorded answers.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ..bounds import AGREED, AMOUNT, LARGEST, NEAR, Bound
from ..errors import Absurd, OutcomeUnknown
from ..http import is_safe_url
from ..receipts import Charge, KnownPayer, Payer, Refund, Terms

# Meaning of Asaas' status here. Others are stored and shown, and change nothing.
STATES = {
    "PENDING": "awaiting",
    "AWAITING_RISK_ANALYSIS": "awaiting",
    "AUTHORIZED": "awaiting",
    "OVERDUE": "overdue",
    "DUNNING_REQUESTED": "overdue",
    "CONFIRMED": "confirmed",
    "RECEIVED": "received",
    "DUNNING_RECEIVED": "received",
    "RECEIVED_IN_CASH": "received",
    "REFUND_REQUESTED": "received",
    "REFUND_IN_PROGRESS": "received",
    "REFUNDED": "refunded",
    "CHARGEBACK_REQUESTED": "charged_back",
    "CHARGEBACK_DISPUTE": "charged_back",
    "AWAITING_CHARGEBACK_REVERSAL": "charged_back",
}
REFUNDING = ("REFUND_REQUESTED", "REFUND_IN_PROGRESS")
# A boleto has a Pix code as well, if the account has a Pix key; UNDEFINED takes cards, too.
KINDS = {"undefined": "UNDEFINED", "boleto_pix": "BOLETO", "boleto": "BOLETO", "pix": "PIX"}
# How a charge was paid; the provider names the way in place of the kind then.
METHODS = {
    "BOLETO": "boleto",
    "PIX": "pix",
    "CREDIT_CARD": "card",
    "DEBIT_CARD": "card",
    "TRANSFER": "transfer",
    "DEPOSIT": "transfer",
}
# Two forms are in use since November 2026, and more may come (docs.asaas.com, changelog).
ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
BRAZILIAN_DATE = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", re.ASCII)
PAID = ("confirmed", "received", "refunded", "partially_refunded", "charged_back")
LONGEST_DESCRIPTION = 500
# What the fields of an answer can say; what they may not say together is in `_check_together`.
BOUNDS = {
    "value": AMOUNT,
    "originalValue": AMOUNT,
    "interestValue": AMOUNT,
    # The fee may be more than a small value.
    "netValue": Bound(-LARGEST, LARGEST),
    "dueDate": AGREED,
    "paymentDate": NEAR,
    "clientPaymentDate": NEAR,
    "creditDate": NEAR,
    "estimatedCreditDate": NEAR,
    "refunds.value": AMOUNT,
    "refunds.dateCreated": NEAR,
}
# Fine and interest of years are less than so many times the charged amount.
LARGEST_SURCHARGE = 2


def read_charge(answer: dict) -> Charge:
    """Return a charge of Asaas in our terms.

    :raise OutcomeUnknown: if the answer is no charge
    :raise Absurd: if it says what cannot be
    """
    try:
        charge = _read_charge(answer)
        _check_together(charge)
        return charge
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise OutcomeUnknown("The answer is no charge.", cause="foreign") from error


def _read_charge(answer: dict) -> Charge:
    raw = answer["status"]
    state = STATES.get(raw)
    asked = [
        (
            item.get("status", "DONE"),
            _money(item, "value", "refunds."),
            _day(item, "dateCreated", "refunds."),
        )
        for item in answer.get("refunds") or ()
    ]
    refunds = tuple(Refund(amount, day) for status, amount, day in asked if status == "DONE")
    refunding = [amount for status, amount, _on in asked if status not in ("DONE", "CANCELLED")]
    value = _money(answer, "value")
    if value is None:
        raise ValueError("no value")
    if state in ("confirmed", "received") and refunds:
        back = sum(refund.amount for refund in refunds)
        state = "refunded" if back >= value else "partially_refunded"
    deleted = bool(answer.get("deleted"))
    if deleted and state in ("awaiting", "overdue"):
        state = "cancelled"
    original = _money(answer, "originalValue")
    due_date = _day(answer, "dueDate")
    if due_date is None:
        raise ValueError("no due date")
    is_paid = state in PAID
    # A foreseen day is replaced by the real one, both are looked at.
    foreseen, paid_on = _day(answer, "estimatedCreditDate"), _day(answer, "paymentDate")
    net, surcharge = _money(answer, "netValue"), _money(answer, "interestValue")
    return Charge(
        reference=_read_reference(answer["id"]),
        external_reference=answer.get("externalReference") or "",
        customer=answer.get("customer") or "",
        state=state,
        raw_state=str(raw),
        amount=value if original is None else original,
        due_date=due_date,
        paid=value if is_paid else None,
        net=net if is_paid else None,
        surcharge=(surcharge or Decimal(0)) if is_paid else Decimal(0),
        paid_date=_day(answer, "clientPaymentDate") or paid_on,
        credit_date=_day(answer, "creditDate") or foreseen,
        in_cash=raw == "RECEIVED_IN_CASH",
        deleted=deleted,
        url=_link(answer.get("invoiceUrl")),
        slip_url=_link(answer.get("bankSlipUrl")),
        our_number=str(answer.get("nossoNumero") or ""),
        number=str(answer.get("invoiceNumber") or ""),
        refunds=refunds,
        refunding=sum(refunding, Decimal(0)) if refunding or raw not in REFUNDING else None,
        method=METHODS.get(answer.get("billingType"), "other") if is_paid else "",
    )


def write_terms(terms: Terms) -> dict:
    """Return the body of a charge to create or change.

    Conditions of zero are sent, too: a change keeps what it does not name.
    """
    return {
        "customer": terms.customer,
        "billingType": KINDS[terms.kind],
        "value": float(terms.amount),
        "dueDate": terms.due_date.isoformat(),
        "description": terms.description[:LONGEST_DESCRIPTION],
        "externalReference": terms.external_reference,
        "fine": {"value": float(terms.fine), "type": "PERCENTAGE"},
        "interest": {"value": float(terms.interest)},
        "discount": {
            "value": float(terms.discount),
            "dueDateLimitDays": terms.discount_days,
            "type": "PERCENTAGE",
        },
    }


def read_payer(answer: dict) -> KnownPayer:
    """Return a customer of Asaas in our terms.

    :raise OutcomeUnknown: if the answer is no customer
    """
    try:
        return KnownPayer(
            reference=_read_reference(answer["id"]),
            external_reference=str(answer.get("externalReference") or ""),
            name=str(answer.get("name") or ""),
            tax_id=str(answer.get("cpfCnpj") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OutcomeUnknown("The answer is no customer.", cause="foreign") from error


def write_payer(payer: Payer) -> dict:
    """Return the body of a customer to create or change; Asaas is to send no messages."""
    body = {
        "name": payer.name,
        "cpfCnpj": payer.tax_id,
        "email": payer.email,
        "phone": payer.phone,
        "mobilePhone": payer.mobile,
        "externalReference": payer.external_reference,
        "notificationDisabled": True,
        **payer.address,
    }
    return {name: value for name, value in body.items() if value or value is True}


def _check_together(charge: Charge) -> None:
    """Refuse amounts that contradict each other; the state does not matter.

    :raise Absurd: naming them
    """
    if charge.paid is None:
        return
    most = charge.amount * (1 + LARGEST_SURCHARGE)
    back = charge.refunded + (charge.refunding or 0)
    for name, value, limit in (
        ("value", charge.paid, most),
        ("interestValue", charge.surcharge, charge.amount * LARGEST_SURCHARGE),
        # Asaas' own example of an early payment has the net of the charged value.
        ("netValue", charge.net or Decimal(0), max(charge.paid, charge.amount)),
        ("refunds", back, charge.paid),
    ):
        if value > limit:
            words = f"{name}: {value} > {limit}"
            raise Absurd(f"Charge {charge.reference}: {words}", words=words, cause="absurd")


def _money(item: dict, name: str, inside: str = "") -> Decimal | None:
    value = item.get(name)
    if value is None and not inside:
        return None
    if isinstance(value, bool):
        raise TypeError("no amount")
    amount = Decimal(str(value))
    if amount.is_finite() and amount.adjusted() > 40:
        # Too long to be rounded to cents.
        raise _refuse(inside + name, value)
    amount = amount.quantize(Decimal("0.01"))
    if not BOUNDS[inside + name].holds(amount):
        raise _refuse(inside + name, value)
    return amount


def _refuse(name: str, value: object) -> Absurd:
    words = f"{name}: {value!s:.40}"
    return Absurd(f"A charge cannot have {words}", words=words, cause="absurd")


def _link(url: object) -> str:
    """Return a URL that people may follow; empty for anything else, such as a script."""
    return url if isinstance(url, str) and is_safe_url(url) else ""


def is_reference(text: object) -> bool:
    """Return whether a text can be an id of Asaas, and one part of a path."""
    return isinstance(text, str) and bool(ID.fullmatch(text))


def _read_reference(value: object) -> str:
    if not is_reference(value):
        raise ValueError("no id")
    return value


def _day(item: dict, name: str, inside: str = "") -> date | None:
    """Return the day of a date or moment; older kinds of events write Brazilian dates."""
    text = item.get(name)
    if not text:
        return None
    if BRAZILIAN_DATE.match(text):
        day = datetime.strptime(text[:10], "%d/%m/%Y").date()
    else:
        day = date.fromisoformat(text[:10])
    if not BOUNDS[inside + name].holds(day):
        raise _refuse(inside + name, text)
    return day
