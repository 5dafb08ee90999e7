"""What a payer pays by: the typeable line, the Pix code."""

from datetime import timedelta

from . import payments, pix, slips
from .books import day
from .errors import not_allowed


def identification_field(books, code):
    """The line and bar code of the charge's slip as it now is."""
    row = payments.get(books, code)
    if row["nosso_numero"] is None:
        raise not_allowed("A forma de pagamento da cobrança não tem boleto.")
    _must_be_open(row)
    return line_of(row)


def line_of(row):
    """The slip's numbers for the nominal value and the due date."""
    code = slips.bar_code(row["nosso_numero"], row["nominal"], day(row["due_date"]))
    return {
        "identificationField": slips.typeable_line(code),
        "nossoNumero": row["nosso_numero"],
        "barCode": code,
    }


def pix_qr_code(books, code):
    """The dynamic Pix code, which can be paid for a year after the due date."""
    row = payments.get(books, code)
    if row["billing_type"] == "CREDIT_CARD":
        raise not_allowed("A forma de pagamento da cobrança não aceita Pix.")
    _must_be_open(row)
    text = pix_text(row)
    expires = day(row["due_date"]) + timedelta(days=365)
    return {
        "encodedImage": pix.picture(text),
        "payload": text,
        "expirationDate": f"{expires} 23:59:59",
    }


def pix_text(row):
    return pix.payload(row["id"].removeprefix("pay_"), row["nominal"])


def _must_be_open(row):
    if row["deleted"] or row["status"] not in payments.OPEN:
        raise not_allowed("A cobrança não está mais aguardando pagamento.")
