from odoo import fields, models
from odoo.exceptions import AccessError

from ...const import CHARGE_KINDS, LIVE_STATES, TIME_ZONE
from ...tools.activity import tell_once

# States that can be paid: a payer may still have the boleto of a cancelled charge.
PAYABLE = {*LIVE_STATES, "error", "cancelled"}
# For each state, the states it may come from. Events may skip states, never go back.
SOURCES = {
    "processing": {"error"},
    # From cancelled: deleted and restored at the provider.
    "awaiting": {"processing", "error", "overdue", "cancelled"},
    "overdue": {"processing", "error", "awaiting", "cancelled"},
    # From charged_back: a chargeback that the company won.
    "confirmed": {*PAYABLE, "charged_back"},
    "received": {*PAYABLE, "confirmed", "charged_back"},
    "partially_refunded": {*PAYABLE, "confirmed", "received"},
    "refunded": {*PAYABLE, "confirmed", "received", "partially_refunded", "charged_back"},
    "charged_back": {*PAYABLE, "confirmed", "received", "partially_refunded"},
    "cancelled": {*LIVE_STATES, "error"},
    "error": {"processing"},
}
# The host's fields of which the addon keeps a charge's own values.
KEPT = {
    "provider_id",
    "provider_reference",
    "reference",
    "payment_method_id",
    "amount",
    "currency_id",
    "partner_id",
    "state",
    "operation",
    "payment_id",
    "invoice_ids",
    "is_post_processed",
    "source_transaction_id",
    "token_id",
    "company_id",
}


class PaymentTransaction(models.Model):
    """The charge of a fatura (cobrança): boleto or Pix at the receipts provider. Seed 003.

    The transaction's own state says what the host does with the money, `charge_state` what the
    provider says.
    """

    _name = "payment.transaction"
    _inherit = ["reseller.billing.abstract.guard", "payment.transaction"]

    # processing → awaiting ⇄ overdue → confirmed → received → partially refunded → refunded
    #     ↑ ↓         ↓          ↓                     ⇅              ↓
    #    error        cancelled (→ paid after all)    charged back  ←─┘
    charge_state = fields.Selection(
        selection=[
            ("processing", "Processing"),
            ("awaiting", "Awaiting payment"),
            ("overdue", "Overdue"),
            ("confirmed", "Confirmed"),
            ("received", "Paid"),
            ("partially_refunded", "Partially refunded"),
            ("refunded", "Refunded"),
            ("charged_back", "Charged back"),
            ("cancelled", "Cancelled"),
            ("error", "Error"),
        ],
        readonly=True,
        copy=False,
    )
    fatura_id = fields.Many2one(
        comodel_name="account.move", readonly=True, copy=False, index="btree_not_null"
    )
    charge_kind = fields.Selection(
        selection=CHARGE_KINDS,
        readonly=True,
        copy=False,
    )
    charge_method = fields.Selection(
        selection=[
            ("boleto", "Boleto"),
            ("pix", "Pix"),
            ("card", "Card"),
            ("transfer", "Transfer"),
            ("other", "Other"),
        ],
        string="Paid By",
        readonly=True,
        copy=False,
        help="How the client paid; a card's money comes about 32 days later.",
    )
    charge_raw_state = fields.Char(
        string="Provider's Status", readonly=True, copy=False, help="In the provider's own words."
    )
    charge_number = fields.Char(readonly=True, copy=False)
    charge_due_date = fields.Date(string="Due Date", readonly=True, copy=False)
    # As the provider has it; a difference is shown until it is gone.
    charge_found_amount = fields.Monetary(string="Value at the Provider", readonly=True, copy=False)
    charge_found_due_date = fields.Date(
        string="Due Date at the Provider", readonly=True, copy=False
    )
    charge_is_missing = fields.Boolean(
        readonly=True, copy=False, help="The provider answered that it does not know the charge."
    )
    charge_is_foreign = fields.Boolean(
        readonly=True, copy=False, help="Made elsewhere, under a reference that is not ours."
    )
    charge_cancel_wanted = fields.Boolean(
        readonly=True, copy=False, help="Cancelled here; where it lives on it is cancelled again."
    )
    # The conditions that the client has; those of the provider are for new charges.
    charge_fine_rate = fields.Float(
        string="Fine (%)", digits=(5, 2), readonly=True, copy=False, help="Once, if paid late."
    )
    charge_interest_rate = fields.Float(
        string="Interest (% a month)", digits=(5, 2), readonly=True, copy=False
    )
    charge_discount_rate = fields.Float(
        string="Discount (%)", digits=(5, 2), readonly=True, copy=False
    )
    charge_discount_days = fields.Integer(
        string="Discount Until (Days Before Due)", readonly=True, copy=False
    )
    charge_url = fields.Char(string="Payment Page", readonly=True, copy=False)
    slip_url = fields.Char(string="Boleto", readonly=True, copy=False)
    slip_line = fields.Char(
        string="Boleto Line",
        readonly=True,
        copy=False,
        help="The line that the payer enters to pay the boleto.",
    )
    slip_bar_code = fields.Char(string="Bar Code", readonly=True, copy=False)
    slip_our_number = fields.Char(string="Our Number", readonly=True, copy=False)
    pix_payload = fields.Char(string="Pix Copy and Paste", readonly=True, copy=False)
    pix_image = fields.Binary(string="Pix QR Code", readonly=True, copy=False, attachment=True)
    slip_pdf = fields.Binary(string="Boleto (PDF)", readonly=True, copy=False, attachment=True)
    charge_paid = fields.Monetary(
        string="Amount Paid", readonly=True, copy=False, help="Fine and interest included."
    )
    charge_fee = fields.Monetary(string="Provider's Fee", readonly=True, copy=False)
    charge_interest = fields.Monetary(string="Interest Paid", readonly=True, copy=False)
    charge_fine = fields.Monetary(string="Fine Paid", readonly=True, copy=False)
    charge_discount = fields.Monetary(string="Discount Taken", readonly=True, copy=False)
    charge_paid_date = fields.Date(string="Paid On", readonly=True, copy=False)
    charge_credit_date = fields.Date(
        string="Available On",
        readonly=True,
        copy=False,
        help="When the provider pays the money out.",
    )
    charge_refunded = fields.Monetary(string="Refunded Amount", readonly=True, copy=False)
    charge_refund_page = fields.Char(
        string="Page for the Refund",
        readonly=True,
        copy=False,
        help="Where the client of a paid boleto says to which account the money is to go.",
    )
    charge_asked_at = fields.Datetime(
        readonly=True, copy=False, help="When the charge was requested or listed last, by turns."
    )

    _provider_reference_idx = models.Index(
        "(provider_id, provider_reference) WHERE provider_reference IS NOT NULL"
    )
    # Charges are requested by turns.
    _charge_turn_idx = models.Index(
        "(provider_id, charge_asked_at, id) WHERE charge_state IS NOT NULL"
    )
    # Of two live charges the client could pay both.
    _one_live_charge = models.UniqueIndex(
        "(fatura_id) WHERE charge_state IN ('processing', 'awaiting', 'overdue')",
        "The fatura has a charge that can be paid. Cancel that one first.",
    )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        self._check_charge_kept(vals)
        return super().write(vals)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_charge_kept(self, vals):
        """Refuse that users change what the provider has of a charge, or what it did with money.

        :raise AccessError: naming the charge and the fields
        """
        kept = [name for name in vals if name in KEPT]
        if self.env.su or not kept:
            return
        charges = self.sudo().filtered("charge_state")
        if charges:
            raise AccessError(
                self.env._(
                    "%(charge)s is kept as the provider has it: %(fields)s cannot be changed by "
                    "hand. Change or cancel the fatura instead.",
                    charge=charges[:1].reference,
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in kept
                    ),
                )
            )

    def _move_charge_to(self, state, **values):
        """Move a charge and its fatura to a state; repeating a state only writes the values.

        Unlike `_move_to` of own models it refuses nothing: outdated events are ignored.

        :return: whether the state changed. Nothing is written where it cannot
        """
        self.ensure_one()
        if self.charge_state == state:
            if values:
                self.write(values)
            return False
        if self.charge_state not in SOURCES[state]:
            return False
        self.write({"charge_state": state, **values})
        self._update_fatura()
        return True

    def _update_fatura(self, problem=None):
        """Write the state of this charge, and the problem, on its fatura."""
        fatura = self.fatura_id
        if fatura.charge_id == self:
            # The fatura is posted: nothing of its accounting is written.
            fatura.sudo().write({"charge_state": self.charge_state, "charge_problem": problem})

    def _get_fatura_responsible(self):
        """Return the active user who is responsible for this charge's fatura."""
        self.ensure_one()
        contract = self.fatura_id.billing_contract_id
        users = contract.user_id | self.provider_id.billing_user_id
        return self.company_id._get_billing_responsible(users, contract.partner_id)

    def _as_responsible(self):
        """Return this charge in the language of its responsible and the time zone of Brazil."""
        lang = self._get_fatura_responsible().lang
        return self.with_context(lang=lang, tz=TIME_ZONE)

    def _notify_responsible(self, summary, note):
        """Schedule an activity on this charge's fatura; once for each reason."""
        self.ensure_one()
        if self.fatura_id:
            tell_once(self.fatura_id.sudo(), self._get_fatura_responsible(), summary, note)

    def _after_payment_news(self, found):
        """Hook: the provider's data of the payment has changed."""
        if found.in_cash and not self.currency_id.is_zero(self.fatura_id.amount_residual):
            self._notify_responsible(
                self.env._("Paid to the company, as the provider reports"),
                self.env._(
                    "%(charge)s was marked as received in cash at %(provider)s, but %(fatura)s is "
                    "open here. Register the payment.",
                    charge=found.reference,
                    provider=self.provider_id.name,
                    fatura=self.fatura_id.display_name,
                ),
            )
