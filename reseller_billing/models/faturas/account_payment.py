from odoo import api, fields, models
from odoo.exceptions import UserError

# What a receipt is worth, to whom, when and where; with its state, all that the provider said.
FROZEN = frozenset(
    {
        "amount",
        "company_id",
        "currency_id",
        "date",
        "destination_account_id",
        "invoice_ids",
        "journal_id",
        "move_id",
        "name",
        "outstanding_account_id",
        "partner_id",
        "partner_type",
        "payment_method_line_id",
        "payment_transaction_id",
        "payment_type",
        "state",
    }
)
# States in which a payment is not in the books.
UNDONE = ("draft", "canceled")


class AccountPayment(models.Model):
    """Which charge a payment belongs to: the client's, a refund or a chargeback.

    The money is at the provider, so users neither change nor undo such a payment here.
    """

    _name = "account.payment"
    _inherit = ["reseller.billing.abstract.guard", "account.payment"]
    _has_figures = True

    charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        if not FROZEN.isdisjoint(vals):
            self._check_not_of_charge()
        result = super().write(vals)
        if vals.get("state") in UNDONE:
            self._reopen_booked_events()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_charge(self):
        self._check_not_of_charge()
        self._reopen_booked_events()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_draft(self):
        self.check_access("write")
        self._check_not_of_charge()
        return super().action_draft()

    def action_cancel(self):
        self.check_access("write")
        self._check_not_of_charge()
        return super().action_cancel()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _reopen_booked_events(self):
        """Show money without a charge again whose booking is undone: the provider still has it."""
        events = self.env["reseller.billing.event"].sudo()
        for event in events.search([("payment_id", "in", self.ids), ("state", "=", "done")]):
            event._move_to("orphan", payment_id=False)

    def _check_not_of_charge(self):
        """Refuse users who change or undo what the provider has received, or given back.

        :raise UserError: naming the payments and what to do instead
        """
        if self.env.su:
            return
        if received := self.filtered("charge_id"):
            raise UserError(
                self.env._(
                    "%(payments)s was received, or given back, through the provider and stays as "
                    "the provider has it. Have a manager of subscription control refund the "
                    "fatura instead.",
                    payments=", ".join(received.mapped("display_name")),
                )
            )
