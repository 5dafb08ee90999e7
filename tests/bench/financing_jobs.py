"""Effectivation of vendor contracts beside equal entries of the host. Runs in Odoo's Python."""

from odoo.fields import Command, Date

from tests.bench.measuring import measure

AMOUNT = 100.0
REFERENCE = "bench-vendor"
ACCOUNTS = (
    ("vendor_account_id", "liability_current"),
    ("interest_account_id", "income_other"),
    ("expense_account_id", "expense"),
    ("bank_account_id", "asset_current"),
)


def prepare(env, count):
    """Make an agreement with a quote, and `count` posted invoices with a Vendor bearer."""
    accounts = env["account.account"].create(
        [
            {
                "code": f"9.99.{number}",
                "name": name,
                "account_type": account_type,
                "reconcile": account_type.endswith("_current"),
            }
            for number, (name, account_type) in enumerate(ACCOUNTS)
        ]
    )
    journals = env["account.journal"]
    bank = journals.search([("type", "=", "bank")], limit=1)
    agreement = env["vendor.financing.agreement"].create(
        {
            "name": REFERENCE,
            "partner_id": env["res.partner"].create({"name": "Banco"}).id,
            "journal_id": bank.id,
            "entry_journal_id": journals.search([("type", "=", "general")], limit=1).id,
            **{name: account.id for (name, _type), account in zip(ACCOUNTS, accounts, strict=True)},
        }
    )
    env["vendor.financing.rate"].create(
        {"agreement_id": agreement.id, "bank_rate": 1.8, "customer_rate": 2.3}
    )
    method = env.ref("vendor_financing.account_payment_method_vendor")
    bearer = env["account.payment.method.line"].create(
        {"name": "Vendor", "payment_method_id": method.id, "journal_id": bank.id}
    )
    partner = env["res.partner"].create({"name": "Cliente"})
    env.cr.commit()
    for begin in range(0, count, 250):
        _post_invoices(env, partner, bearer, range(begin, min(begin + 250, count)))
        env.cr.commit()
        env.invalidate_all()


def _post_invoices(env, partner, bearer, numbers):
    line = {"name": "Produto", "quantity": 1, "price_unit": AMOUNT, "tax_ids": [Command.clear()]}
    env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "ref": REFERENCE,
                "invoice_date": Date.today(),
                "preferred_payment_method_line_id": bearer.id,
                "l10n_latam_document_number": str(700_000 + number),
                "invoice_line_ids": [Command.create(line)],
            }
            for number in numbers
        ]
    ).action_post()


def make_effective(env, count):
    """Make one contract of `count` titles effective, and take it back unmeasured.

    Returns [seconds, SQL queries] of the effectivation alone.
    """
    agreement = env["vendor.financing.agreement"].search([("name", "=", REFERENCE)])
    contract = env["vendor.financing.contract"].create({"agreement_id": agreement.id})
    contract._add_titles(contract._find_pending()[:count])
    contract.action_apply_expected()
    measured = measure(env, contract.action_effect)
    assert contract.state == "effective", contract.state
    agreement.invalidate_recordset()
    assert agreement.proof_difference == 0, agreement.proof_difference
    assert len(contract.installment_ids) == count
    env.cr.rollback()
    return measured


def post_equal_entry(env, count):
    """Post one entry with as many items of a current liability with the host alone."""
    agreement = env["vendor.financing.agreement"].search([("name", "=", REFERENCE)])
    lines = [
        {
            "name": f"{REFERENCE} {number}",
            "account_id": agreement.vendor_account_id.id,
            "partner_id": agreement.partner_id.id,
            "date_maturity": Date.today(),
            "balance": -AMOUNT,
        }
        for number in range(count)
    ]
    lines.append({"account_id": agreement.bank_account_id.id, "balance": AMOUNT * count})
    values = {
        "move_type": "entry",
        "journal_id": agreement.entry_journal_id.id,
        "line_ids": [Command.create(line) for line in lines],
    }
    measured = measure(env, lambda: env["account.move"].create(values).action_post())
    env.cr.rollback()
    return measured
