from odoo import api, fields, models
from odoo.fields import Domain

# Kinds whose entries settle an open item on Supplier's receivable.
SETTLING = {"sale_credit": "credit", "post_sale_debit": "debit"}
BOOKABLE = "[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'asset_cash'))]"
KINDS = [
    ("sale_credit", "Credit of a sale"),
    ("post_sale_debit", "Debit of a return, cancellation or bonus"),
    ("fee", "Fee"),
    ("tax", "Tax"),
    ("other", "Other"),
]


class SupplierCreditEvent(models.Model):
    """What an event of Supplier's statement means (parameter 7.6): its code, kind and account.

    A row of an agreement goes before one for all agreements. What has no row is never posted.
    """

    _name = "supplier.credit.event"
    _description = "Event of Supplier's Statement"
    _order = "code, agreement_id, id"
    _rec_name = "code"

    code = fields.Char(required=True, help="As Supplier writes it on the statement.")
    name = fields.Char(string="Description", required=True, translate=True)
    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        index="btree_not_null",
        ondelete="cascade",
        help="Left empty, the row is for all agreements.",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        help="Credits of sales settle the calendar, debits the instalments of post-sales requests. "
        "Fees, taxes and others are booked to the account as they come.",
    )
    account_id = fields.Many2one(
        comodel_name="account.account",
        company_dependent=True,
        ondelete="restrict",
        domain=BOOKABLE,
        help="Of fees, taxes and others: where the value is booked. Fees without an account use "
        "7.2; others and taxes stay open until they have one.",
    )
    tax_account_id = fields.Many2one(
        comodel_name="account.account",
        company_dependent=True,
        ondelete="restrict",
        domain=BOOKABLE,
        string="Account of Withheld Taxes",
        help="Of credits and debits: where taxes that Supplier withheld of them are booked. "
        "Without one, entries with taxes stay open.",
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(agreement_id, 0))",
        "The event is already in the table. Change that row, or choose an agreement for this one.",
    )

    @api.model
    def _get_table(self, agreement):
        """Return what each code means under an agreement: a dict from code to event."""
        events = self.search(Domain("agreement_id", "in", [agreement.id, False]))
        general_first = events.sorted(lambda event: bool(event.agreement_id))
        return {event.code: event for event in general_first.with_company(agreement.company_id)}

    def _get_account(self, agreement):
        """Return where the value of a fee, tax or other is booked; empty if nobody said."""
        if self.kind == "fee" and not self.account_id:
            return agreement.fee_account_id
        return self.account_id
