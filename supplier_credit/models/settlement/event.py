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
    """An event of Supplier's statement (parameter 7.6): its code, kind and accounts.

    A row of an agreement goes before a row for all agreements. Entries of an event without a row
    are never posted.
    """

    _name = "supplier.credit.event"
    _description = "Event of Supplier's Statement"
    _inherit = "supplier.credit.abstract.guard"
    _order = "code, agreement_id, id"
    _rec_name = "code"
    _is_shared_without_company = True

    code = fields.Char(required=True, help="The code on Supplier's statement.")
    name = fields.Char(string="Description", required=True, translate=True)
    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        index="btree_not_null",
        ondelete="cascade",
        help="Left empty, the row applies to all agreements.",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        help="Credits of sales settle the calendar, debits settle the instalments of post-sales "
        "requests. Fees, taxes and others are booked to the account.",
    )
    account_id = fields.Many2one(
        comodel_name="account.account",
        company_dependent=True,
        ondelete="restrict",
        domain=BOOKABLE,
        help="For fees, taxes and others: where the value is booked. Fees without an account use "
        "7.2; taxes and others stay open until they have an account.",
    )
    tax_account_id = fields.Many2one(
        comodel_name="account.account",
        company_dependent=True,
        ondelete="restrict",
        domain=BOOKABLE,
        string="Account of Withheld Taxes",
        help="For credits and debits: where taxes that Supplier withheld are booked. Without an "
        "account, entries with taxes stay open.",
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(agreement_id, 0))",
        "The event is already in the table. Change that row, or choose an agreement for this one.",
    )

    @api.model
    def _get_table(self, agreement):
        """Return a dict from code to its event under an agreement."""
        events = self.search(Domain("agreement_id", "in", [agreement.id, False]))
        general_first = events.sorted(lambda event: bool(event.agreement_id))
        return {event.code: event for event in general_first.with_company(agreement.company_id)}

    def _get_account(self, agreement):
        """Return the account of a fee, tax or other event; empty if none is set."""
        if self.kind == "fee" and not self.account_id:
            return agreement.fee_account_id
        return self.account_id
