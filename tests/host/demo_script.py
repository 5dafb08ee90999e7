"""Fills a database with the demo company. Runs inside Odoo's shell through `fill(env, …)`.

Company, customers and products are those of real authorised NF-e that nfelib ships, so that their
files can be uploaded to the invoices of the demo's orders.
"""

from pathlib import Path

import nfelib
from lxml import etree
from odoo.fields import Command

NFE_FOLDER = Path(nfelib.__file__).parent / "nfe" / "samples" / "v4_0" / "leiauteNFe"
# A short NF-e of four items, and a long one with duplicatas.
NFE_FILES = (
    "35180834128745000152550010000476051695511860-nfe.xml",
    "35180834128745000152550010000476861118934859-nfe.xml",
)
NAMES = {"n": "http://www.portalfiscal.inf.br/nfe"}


def fill(env, sandbox_url, client_id, client_secret):
    """Make company, agreement, bearer, customers and one quotation for each NF-e; commit."""
    documents = [etree.parse(NFE_FOLDER / name).getroot() for name in NFE_FILES]
    company = _fill_company(env, documents[0].find(".//n:emit", NAMES))
    bearer = create_agreement(env, company, sandbox_url, client_id, client_secret)
    term = _create_term(env)
    for document in documents:
        partner = _create_customer(env, document.find(".//n:dest", NAMES))
        _create_quotation(env, document, partner, bearer, term)
    env.cr.commit()


def _text(element, path):
    return element.findtext(f"n:{path}", "", NAMES)


def _address(element):
    return {
        "street": f"{_text(element, 'xLgr')}, {_text(element, 'nro')}",
        "street2": _text(element, "xBairro"),
        "city": _text(element, "xMun"),
        "zip": _text(element, "CEP"),
        "phone": _text(element, "fone"),
    }


def _state(env, element):
    return env["res.country.state"].search(
        [("country_id", "=", env.ref("base.br").id), ("code", "=", _text(element, "UF"))]
    )


def _fill_company(env, issuer):
    company = env.company
    address = issuer.find("n:enderEmit", NAMES)
    company.partner_id.write(
        {
            "name": _text(issuer, "xNome"),
            "vat": _text(issuer, "CNPJ"),
            "country_id": env.ref("base.br").id,
            "state_id": _state(env, address).id,
            **_address(address),
        }
    )
    company.external_report_layout_id = env.ref("web.external_layout_standard")
    env.user.write({"lang": "pt_BR", "tz": "America/Sao_Paulo"})
    env.ref("base.user_admin").write({"lang": "pt_BR", "tz": "America/Sao_Paulo"})
    return company


def create_agreement(env, company, sandbox_url, client_id, client_secret):
    supplier = env["res.partner"].create(
        {"name": "Supplier Administradora", "is_company": True, "country_id": env.ref("base.br").id}
    )
    account = env["account.account"].create(
        {
            "name": "Supplier a receber",
            "code": "1.01.01.04.99",
            "account_type": "asset_receivable",
            "reconcile": True,
        }
    )
    fee = env["account.account"].create(
        {"name": "Taxas da Supplier", "code": "3.11.01.09.99", "account_type": "expense"}
    )
    difference = env["account.account"].create(
        {"name": "Diferenças de repasse", "code": "3.11.01.09.97", "account_type": "expense"}
    )
    bonus = env["account.account"].create(
        {"name": "Bonificações a clientes", "code": "3.11.01.09.98", "account_type": "expense"}
    )
    journal = env["account.journal"].create(
        {"name": "Supplier", "code": "SUPP", "type": "general", "company_id": company.id}
    )
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    agreement = env["supplier.credit.agreement"].create(
        {
            "name": "Supplier 2026",
            "partner_id": supplier.id,
            "base_url": sandbox_url,
            "client_id": client_id,
            "client_secret": client_secret,
            "card_name": "Alimentos mais Crédito",
            "tolerance_percent": 5,
            "journal_id": journal.id,
            "receivable_account_id": account.id,
            "fee_account_id": fee.id,
            "settlement_journal_id": bank.id,
            "transfer_plan": "due",
            "transfer_days": 1,
            "contracted_rate": 2.5,
            "difference_account_id": difference.id,
            "bonus_expense_account_id": bonus.id,
            "enabled": True,
        }
    )
    agreement.action_make_post_sale_accounts()
    return env["account.payment.method.line"].create(
        {
            "name": "Supplier",
            "journal_id": bank.id,
            "payment_method_id": env.ref("supplier_credit.account_payment_method_supplier").id,
            "supplier_agreement_id": agreement.id,
        }
    )


def _create_term(env):
    shares = ((33.33, 30), (33.33, 60), (33.34, 90))
    return env["account.payment.term"].create(
        {
            "name": "30/60/90 dias",
            "line_ids": [
                Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                for share, days in shares
            ],
        }
    )


def _create_customer(env, recipient):
    address = recipient.find("n:enderDest", NAMES)
    return env["res.partner"].create(
        {
            "name": _text(recipient, "xNome").title(),
            "is_company": True,
            "vat": _text(recipient, "CNPJ"),
            "email": _text(recipient, "email"),
            "country_id": env.ref("base.br").id,
            "state_id": _state(env, address).id,
            **_address(address),
        }
    )


def _create_quotation(env, document, partner, bearer, term):
    """Quote what the NF-e bills: its items, and its taxes and discount as a line each."""
    lines = [
        (_text(item, "xProd"), float(_text(item, "qCom")), float(_text(item, "vUnCom")))
        for item in document.findall(".//n:det/n:prod", NAMES)
    ]
    total = document.find(".//n:ICMSTot", NAMES)
    for name, tag, sign in (("ICMS-ST", "vST", 1), ("IPI", "vIPI", 1), ("Desconto", "vDesc", -1)):
        if amount := float(_text(total, tag)):
            lines.append((name, 1.0, sign * amount))
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "payment_term_id": term.id,
            "preferred_payment_method_line_id": bearer.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": _product(env, name).id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": [Command.clear()],
                    }
                )
                for name, quantity, price in lines
            ],
        }
    )
    expected = float(_text(total, "vNF"))
    if abs(order.amount_total - expected) >= 0.005:
        raise ValueError(f"{order.name} totals {order.amount_total}, its NF-e {expected}")
    return order


def _product(env, name):
    known = env["product.product"].search([("name", "=", name)], limit=1)
    return known or env["product.product"].create(
        {"name": name, "type": "consu", "invoice_policy": "order", "taxes_id": [Command.clear()]}
    )
