"""What a payer opens without a token: the payment page and the slip as PDF."""

from flask import Blueprint, current_app, render_template_string

from .. import accounts
from ..problems import Problem
from . import customers, payments, pix
from .books import MOMENT, day
from .documents import line_of, pix_text
from .pdf import one_page
from .routes import open_books

blueprint = Blueprint("asaas_pages", __name__)

PAGE = """<!DOCTYPE html>
<html lang="pt-BR">
<head><meta charset="utf-8"><title>Fatura {{ row["invoice_number"] }}</title></head>
<body>
<h1>Fatura {{ row["invoice_number"] }}</h1>
<dl>
<dt>Pagador</dt><dd>{{ payer["name"] }}</dd>
<dt>Valor</dt><dd>{{ amount }}</dd>
<dt>Vencimento</dt><dd>{{ due }}</dd>
<dt>Situação</dt><dd>{{ row["status"] }}</dd>
{% if row["description"] %}<dt>Descrição</dt><dd>{{ row["description"] }}</dd>{% endif %}
{% if line %}<dt>Linha digitável</dt><dd><code>{{ line }}</code></dd>{% endif %}
<dt>Pix copia e cola</dt><dd><code>{{ text }}</code></dd>
</dl>
<img alt="QR Code" src="data:image/png;base64,{{ image }}">
</body>
</html>
"""


def _open(code, viewed, event):
    """(charge, its customer); charges are found whatever the account.

    The payer's visit is stored in the column `viewed` and sent as an event.
    """
    with current_app.store.transaction() as db:
        row = db.execute(
            "SELECT client_id FROM asaas_payments WHERE id = ?", (f"pay_{code}",)
        ).fetchone()
        if row is None:
            raise Problem(404, "RECURSO_NAO_ENCONTRADO", "Fatura não encontrada.")
        books = open_books(db, accounts.find(db, row["client_id"]))
        moment = books.now.strftime(MOMENT)
        row = payments.update(books, f"pay_{code}", event, **{viewed: moment})
        return row, customers.get(books, row["customer"])


def _amount(value):
    return "R$ " + f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


@blueprint.get("/i/<code>")
def invoice(code):
    """The payment page. No script, nothing from elsewhere."""
    row, payer = _open(code, "invoice_viewed", "PAYMENT_CHECKOUT_VIEWED")
    text = pix_text(row)
    return render_template_string(
        PAGE,
        row=row,
        payer=payer,
        amount=_amount(row["value"]),
        due=f"{day(row['due_date']):%d/%m/%Y}",
        line=line_of(row)["identificationField"] if row["nosso_numero"] else None,
        text=text,
        image=pix.picture(text),
    )


@blueprint.get("/b/pdf/<code>")
def slip(code):
    """The slip; a charge without one has no such page."""
    row, payer = _open(code, "slip_viewed", "PAYMENT_BANK_SLIP_VIEWED")
    if row["nosso_numero"] is None:
        raise Problem(404, "RECURSO_NAO_ENCONTRADO", "A cobrança não tem boleto.")
    lines = [
        "Boleto",
        f"Pagador: {payer['name']}",
        f"CPF/CNPJ: {payer['taxpayer']}",
        f"Valor: {_amount(row['nominal'])}",
        f"Vencimento: {day(row['due_date']):%d/%m/%Y}",
        f"Nosso número: {row['nosso_numero']}",
        line_of(row)["identificationField"],
    ]
    return current_app.response_class(one_page(lines), mimetype="application/pdf")
