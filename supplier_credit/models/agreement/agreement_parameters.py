from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import CONTRACT_READERS
from ...tools.fiscal.danfe_note import TAGS, fill_note, unknown_tags
from ...tools.fiscal.danfe_text import name_character, to_printable, unprintable_characters

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
        help="How often limit, use and blocks of each customer are queried. Older ones are also "
        "queried before a pre-authorization. 0 switches the refresh off.",
    )
    query_interval_minutes = fields.Integer(
        string="Query of Reservations and Transactions (min)",
        default=15,
        required=True,
        tracking=True,
        help="How often records in analysis at Supplier are queried. 0 switches it off.",
    )
    change_interval_minutes = fields.Integer(
        string="Sending of Pre-Authorization Changes (min)",
        default=5,
        required=True,
        tracking=True,
        help="How often changes of orders' amounts are collected and sent, with the amount that "
        "the order has then. 0: they are sent by hand only.",
    )
    post_sale_interval_minutes = fields.Integer(
        string="Query of Post-Sales Requests (min)",
        default=30,
        required=True,
        tracking=True,
        help="How often post-sales requests in analysis at Supplier are queried. 0 switches it "
        "off.",
    )
    settlement_interval_hours = fields.Integer(
        string="Import of Settlements (h)",
        default=12,
        required=True,
        tracking=True,
        help="How often settlement entries are imported. 0 switches it off.",
    )

    # 3 Orders
    tolerance_percent = fields.Float(
        string="Additional Tolerance for Pre-Authorizations (%)",
        digits=(5, 2),
        tracking=True,
        help="Reserved in addition to the amount that is still to be invoiced of the order, for "
        "differences that may arise on invoicing.",
    )
    renewal_automatic = fields.Boolean(
        string="Renew Pre-Authorizations Automatically",
        tracking=True,
        help="A reservation that its order still needs is renewed on its last day of validity.",
    )
    renewal_time = fields.Float(
        string="Time of the Automatic Renewal",
        default=6.0,
        required=True,
        tracking=True,
        help="Time of day in the company's time zone. A missed renewal is made up for as soon as "
        "possible.",
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
        help="Reservations that end within so many days are listed under Ending Soon.",
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
        help="Supplier's debt to the company, one line per transfer.",
    )
    fee_account_id = fields.Many2one(
        comodel_name="account.account",
        required=True,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="The expense of the fee that Supplier keeps of each sale.",
    )

    fee_recognition = fields.Selection(
        selection=[("approval", "At approval"), ("settlement", "At settlement")],
        string="Fee Recognised",
        required=True,
        default="approval",
        tracking=True,
        help="At approval: the fee is an expense of the day of the approval, and Supplier owes "
        "the net transfer. At settlement: Supplier owes the whole instalment, and the fee is "
        "booked when it pays.",
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
        help="Holds Supplier's payment until the line of the bank statement is reconciled with it, "
        "so it must allow reconciliation, and be neither the bank's own account nor its suspense "
        "account. Left empty, the outstanding account of the bank journal's payments is used, or "
        "the company's.",
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
        help="Amount in BRL by which a settlement entry may differ from the expected one.",
    )

    # Contracted terms. Amounts and dates are always those of Supplier's answers; these are compared
    # with them.
    transfer_plan = fields.Selection(
        selection=[
            ("due", "After each instalment is due"),
            ("advance", "In advance, after the sale"),
        ],
        tracking=True,
        help="When Supplier transfers the customers' payments to the company, as contracted.",
    )
    transfer_days = fields.Integer(
        string="Days until the Transfer",
        tracking=True,
        help="Days after the due date; after the sale if it is paid in advance.",
    )
    contracted_rate = fields.Float(
        groups=CONTRACT_READERS,
        string="Contracted Rate (%)",
        digits=(9, 4),
        tracking=True,
        help="The part of each instalment that Supplier keeps. Sales with another fee are marked. "
        "0: the fees are not compared.",
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
            note = fill_note(
                agreement.danfe_note,
                card_name=agreement.card_name or "",
                instalments=3,
                number=12345,
                issue_date=date(2026, 12, 1),
            )
            agreement.danfe_note_preview = to_printable(note)

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

    @api.constrains("danfe_note", "card_name")
    def _check_danfe_characters(self):
        """Refuse characters without a plain form; others are printed in theirs, see the preview."""
        for agreement in self:
            for parameter, text in (
                (self.env._("4.1, the name of the partner card"), agreement.card_name),
                (self.env._("4.2, the note"), agreement.danfe_note),
            ):
                for place, character in unprintable_characters(text):
                    raise ValidationError(
                        self.env._(
                            "Agreement %(agreement)s, parameter %(parameter)s: a DANFE cannot show "
                            "character %(place)s, %(character)s. Replace it by letters, digits "
                            "and signs of Portuguese.",
                            agreement=agreement.name,
                            parameter=parameter,
                            place=place,
                            character=name_character(character),
                        )
                    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_contracted_fee(self, amounts):
        """Return the contracted fee of these instalments in BRL, None without a contracted rate.

        :param amounts: of the instalments, in BRL
        """
        self.ensure_one()
        if not self.contracted_rate:
            return None
        return sum(
            self.currency_id.round(amount * self.contracted_rate / 100) for amount in amounts
        )
