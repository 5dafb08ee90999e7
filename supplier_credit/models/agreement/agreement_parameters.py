from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.fiscal.danfe_note import TAGS, fill_note, unknown_tags

DEFAULT_NOTE = (
    "Venda realizada com o cartão <NOME_CARTAO_PARCEIRO> em <QTDE_PARCELAS> parcela(s). A "
    "cobrança da NF <NUM_NF>, emitida em <DT_EMIS>, é feita pela administradora do cartão."
)


class SupplierCreditAgreement(models.Model):
    """The parameters 2, 3, 4 and 7 of an agreement, and the terms contracted with Supplier.

    Users know the parameters that seeds 001 and 002 number by their numbers; the labels of the form
    carry them. Source of the contracted terms: seed 000, "regras de repasse e taxas, que são
    definidas […] na contratação".
    """

    _inherit = "supplier.credit.agreement"

    # 2 Intervals
    position_interval_hours = fields.Integer(
        string="Refresh of Customers' Positions (h)",
        default=24,
        required=True,
        tracking=True,
        help="Limit, use and blocks of each customer are asked for this often, and before a "
        "pre-authorization when they are older. 0 switches the refresh off.",
    )
    query_interval_minutes = fields.Integer(
        string="Query of Reservations and Transactions (min)",
        default=15,
        required=True,
        tracking=True,
        help="What is in analysis at Supplier is asked about this often. 0 switches it off.",
    )
    change_interval_minutes = fields.Integer(
        string="Sending of Pre-Authorization Changes (min)",
        default=5,
        required=True,
        tracking=True,
        help="Changes of an order's amount are collected and sent this often, with the amount the "
        "order has by then. 0 leaves them to be sent by hand.",
    )
    post_sale_interval_minutes = fields.Integer(
        string="Query of Post-Sales Requests (min)",
        default=30,
        required=True,
        tracking=True,
        help="Post-sales requests in analysis at Supplier are asked about this often. 0 switches "
        "it off.",
    )
    settlement_interval_hours = fields.Integer(
        string="Import of Settlements (h)",
        default=12,
        required=True,
        tracking=True,
        help="Settlement entries are fetched this often. 0 switches it off.",
    )

    # 3 Orders
    tolerance_percent = fields.Float(
        string="Additional Tolerance for Pre-Authorizations (%)",
        digits=(5, 2),
        tracking=True,
        help="Reserved on top of what is still to be invoiced of the order, for differences that "
        "may arise on invoicing.",
    )
    renewal_automatic = fields.Boolean(
        string="Renew Pre-Authorizations Automatically",
        tracking=True,
        help="A reservation still wanted is renewed on its last day of validity.",
    )
    renewal_time = fields.Float(
        string="Time of the Automatic Renewal",
        default=6.0,
        required=True,
        tracking=True,
        help="Time of day in the company's time zone. If it was missed, the renewal follows as "
        "soon as possible.",
    )
    confirm_on_approval = fields.Boolean(
        string="Confirm the Order when its Pre-Authorization is Approved",
        tracking=True,
    )
    expiry_warning_days = fields.Integer(
        string="Warning before Expiry (days)",
        default=3,
        required=True,
        tracking=True,
        help="Reservations that end within these days are listed for attention.",
    )
    financial_analysis = fields.Boolean(
        default=True,
        tracking=True,
        help="Orders are blocked until their credit is reserved, and when Supplier blocks the "
        "customer's term billing. Switched off, the form only warns.",
    )

    # 4 DANFE
    card_name = fields.Char(
        string="Name of the Partner Card",
        required=True,
        tracking=True,
        help="The name under which the customers know the credit.",
    )
    danfe_note = fields.Text(
        string="Default Note on the DANFE",
        default=DEFAULT_NOTE,
        tracking=True,
        help="Added to the additional information of the DANFE. Tags: "
        "<NOME_CARTAO_PARCEIRO>, <QTDE_PARCELAS>, <NUM_NF>, <DT_EMIS>.",
    )
    danfe_note_preview = fields.Text(
        string="Preview",
        compute="_compute_danfe_note_preview",
    )

    # 7 Settlement
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        required=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
        tracking=True,
        help="Where the entries of approvals are posted.",
    )
    receivable_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Supplier Receivable Account",
        required=True,
        check_company=True,
        domain="[('account_type', '=', 'asset_receivable')]",
        tracking=True,
        help="What Supplier still has to pass on, one line per transfer.",
    )
    fee_account_id = fields.Many2one(
        comodel_name="account.account",
        required=True,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="What Supplier keeps of each sale.",
    )

    fee_recognition = fields.Selection(
        selection=[("approval", "At approval"), ("settlement", "At settlement")],
        string="Fee Recognised",
        required=True,
        default="approval",
        tracking=True,
        help="At approval the fee is an expense of the day of the sale and Supplier owes the net "
        "transfer; at settlement Supplier owes the whole and the fee is booked when it pays.",
    )
    settlement_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank Journal of Transfers",
        check_company=True,
        domain="[('type', '=', 'bank')]",
        tracking=True,
        help="Where Supplier's transfers arrive.",
    )
    settlement_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Outstanding Account of Transfers",
        check_company=True,
        domain="[('reconcile', '=', True), ('account_type', '=', 'asset_current')]",
        tracking=True,
        help="Takes what Supplier paid until the line of the bank statement is reconciled with it; "
        "so it allows reconciliation and is not the bank's own account nor its suspense account. "
        "Left empty, it is the outstanding account of the bank journal's payments, or the "
        "company's.",
    )
    difference_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost', 'income_other'))]",
        tracking=True,
        help="Differences within the tolerance that settlement may write off.",
    )
    difference_tolerance = fields.Monetary(
        string="Tolerance per Entry",
        tracking=True,
        help="Up to this amount in BRL a settlement entry may differ from what was expected.",
    )

    # The contract with Supplier. Amounts and dates are those of each answer; these only compare.
    transfer_plan = fields.Selection(
        selection=[
            ("due", "After each instalment is due"),
            ("advance", "In advance, after the sale"),
        ],
        tracking=True,
        help="When Supplier passes on what customers owe, as contracted.",
    )
    transfer_days = fields.Integer(
        string="Days until the Transfer",
        tracking=True,
        help="Days after the due date, or after the sale where it is paid in advance.",
    )
    contracted_rate = fields.Float(
        string="Contracted Rate (%)",
        digits=(9, 4),
        tracking=True,
        help="What Supplier keeps of each instalment. Sales of another fee are marked. 0 compares "
        "nothing.",
    )

    _tolerance_range = models.Constraint(
        "CHECK (tolerance_percent BETWEEN 0 AND 100)",
        "Parameter 3.1, the additional tolerance, is a percentage from 0 to 100.",
    )
    _intervals_range = models.Constraint(
        "CHECK (LEAST(position_interval_hours, query_interval_minutes, change_interval_minutes,"
        " post_sale_interval_minutes, settlement_interval_hours, expiry_warning_days) >= 0)",
        "Intervals and days of warning cannot be negative.",
    )
    _renewal_time_range = models.Constraint(
        "CHECK (renewal_time >= 0 AND renewal_time < 24)",
        "Parameter 3.3, the time of the renewal, is a time of day from 00:00 to 23:59.",
    )
    _contracted_range = models.Constraint(
        "CHECK (transfer_days >= 0 AND contracted_rate BETWEEN 0 AND 100)",
        "The contracted rate is a percentage from 0 to 100, and days cannot be negative.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("danfe_note", "card_name")
    def _compute_danfe_note_preview(self):
        for agreement in self:
            agreement.danfe_note_preview = fill_note(
                agreement.danfe_note,
                card_name=agreement.card_name or "",
                instalments=3,
                number=12345,
                issue_date=date(2026, 12, 1),
            )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("danfe_note")
    def _check_danfe_note(self):
        for agreement in self:
            if unknown := unknown_tags(agreement.danfe_note):
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s, parameter 4.2: %(unknown)s is not a tag. The "
                        "tags are %(tags)s.",
                        agreement=agreement.name,
                        unknown=", ".join(unknown),
                        tags=", ".join(TAGS),
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_contracted_fee(self, amounts):
        """Return the fee in BRL that was contracted for these instalments, or None."""
        self.ensure_one()
        if not self.contracted_rate:
            return None
        return sum(
            self.currency_id.round(amount * self.contracted_rate / 100) for amount in amounts
        )
