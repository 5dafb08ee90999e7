"""Makes approved sales with long calendars, for statements to settle. Runs inside Odoo."""

from odoo.fields import Command, Date

from .statement import PER_SALE, TOLERANCE, get_amounts

DUE = "2027-01-21"
ACCOUNTANT = "accountant"


def prepare_demo(env, codes):
    """Have the demo company sell to its first customer what a statement can settle."""
    bearer = env["account.payment.method.line"].search(
        [("supplier_agreement_id", "!=", False)], limit=1
    )
    order = env["sale.order"].search([("supplier_release_state", "!=", False)], limit=1)
    prepare_agreement(env, bearer.supplier_agreement_id)
    make_sales(env, bearer, order.partner_id, codes)


def prepare_agreement(env, agreement):
    """Give an agreement what its settlements need beside the demo's, and make an accountant."""
    account = env["account.account"].create(
        {
            "name": "Repasses a conciliar",
            "code": "1.01.01.09.99",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    agreement.write({"settlement_account_id": account.id, "difference_tolerance": float(TOLERANCE)})
    groups = env.ref("base.group_user") | env.ref("account.group_account_invoice")
    env["res.users"].create(
        {
            "name": "Contadora",
            "login": ACCOUNTANT,
            "password": f"{ACCOUNTANT}-{ACCOUNTANT}",
            "lang": "en_US",
            "group_ids": [Command.set(groups.ids)],
        }
    )


def make_sales(env, bearer, partner, codes):
    """Make an invoice and an approved transaction of `PER_SALE` instalments for each code; commit.

    Supplier owes each instalment less its fee; see `statement.get_amounts`.
    """
    calendar = [(number, *get_amounts(number)) for number in range(1, PER_SALE + 1)]
    total = sum(amount for _number, amount, _fee in calendar)
    numbers = env["account.move"].search_count([("move_type", "=", "out_invoice")])
    # In the evening it is tomorrow in UTC already, and no invoice is of tomorrow.
    today = Date.context_today(env.user.with_context(tz="America/Sao_Paulo"))
    for place, code in enumerate(codes, start=numbers + 700_000):
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today,
                "preferred_payment_method_line_id": bearer.id,
                "l10n_latam_document_number": str(place),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Produto",
                            "quantity": 1,
                            "price_unit": float(total),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        _approve(env, bearer.supplier_agreement_id, invoice, code, calendar)
        # None of these records is sent to Supplier.
        env.cr.postcommit.clear()
        env.cr.commit()
        env.invalidate_all()


def _approve(env, agreement, invoice, code, calendar):
    transaction = env["supplier.credit.transaction"].create(
        {
            "agreement_id": agreement.id,
            "company_id": invoice.company_id.id,
            "invoice_id": invoice.id,
            "partner_id": invoice.partner_id.id,
            "nfe_key": f"{invoice.id:044}",
            "total": invoice.amount_total,
            "state": "in_analysis",
            "code": code,
        }
    )
    told = [
        {
            "numeroParcela": number,
            "dataVencimento": DUE,
            "valorParcela": str(amount),
            "dataRepasse": DUE,
            "valorRepasse": str(amount - fee),
            "valorTaxa": str(fee),
        }
        for number, amount, fee in calendar
    ]
    transaction._apply_answer(
        transaction.env["supplier.credit.message"],
        {
            "codigoTransacao": code,
            "situacao": "APROVADA",
            "motivo": None,
            "calendario": told,
        },
    )
    if transaction.processing_state != "done":
        raise ValueError(f"Transaction {code} was not processed: {transaction.error}")
