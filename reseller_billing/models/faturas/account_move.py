from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import LIVE_STATES
from ...tools.worth import filter_posted_by_hand, leave_unchanged_out, posting

MONTHS = [(f"{number:02}", f"{number:02}") for number in range(1, 13)]
# Situation of a fatura by the host's payment state; the other states are open.
SITUATIONS = {"partial": "partial", "in_payment": "paid", "paid": "paid", "reversed": "reversed"}


class AccountMove(models.Model):
    """The fatura: an invoice for a contract and a reference month. Seed 003, "Gerar a fatura".

    All fields are plain columns: other documents cost no computation.
    """

    _name = "account.move"
    _inherit = ["reseller.billing.abstract.guard", "account.move"]
    _has_figures = True

    billing_contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        string="Contract",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('state', '=', 'active'), ('partner_id', '=?', partner_id)]",
        ondelete="restrict",
        written_by="user",
    )
    billing_description = fields.Char(
        string="Fatura Description",
        copy=False,
        help="The description that the client reads on fatura and charge.",
        written_by="user",
    )
    billing_amount = fields.Monetary(
        string="Value",
        copy=False,
        help="Total for the client, taxes included, in BRL.",
        written_by="user",
    )
    reference_month = fields.Selection(selection=MONTHS, copy=False, written_by="user")
    reference_year = fields.Char(size=4, copy=False, written_by="user")
    is_one_off_fatura = fields.Boolean(
        string="One-off",
        copy=False,
        help="Something else than the monthly fee: what the plans owe is billed besides it.",
        written_by="user",
    )
    fatura_kind = fields.Selection(
        selection=[("fee", "Monthly fee"), ("other", "Something else")],
        string="What Is Billed",
        compute="_compute_fatura_kind",
        inverse="_inverse_fatura_kind",
        help="The monthly fee is what the plans owe for the reference month; each plan is billed "
        "once. Something else is billed besides it.",
        written_by="user",
    )
    fatura_proposal = fields.Html(
        string="Calculation", compute="_compute_fatura_proposal", sanitize=False
    )
    fatura_obstacle = fields.Char(related="billing_contract_id.billing_obstacle")
    fatura_due_ids = fields.One2many(
        comodel_name="reseller.billing.due",
        inverse_name="fatura_id",
        string="Billed Dues",
        readonly=True,
    )
    # State of the charge, see payment_transaction.py. Empty without a charge.
    charge_state = fields.Selection(
        selection=lambda self: self._get_charge_states(),
        string="Fatura Status",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    refund_charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        string="Refund of Charge",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Whose money this credit note credits, which the provider gave back.",
    )
    charge_problem = fields.Text(
        string="Problem", readonly=True, copy=False, help="Why the charge waits, and what to do."
    )
    charge_number = fields.Char(related="charge_id.charge_number")
    charge_kind = fields.Selection(related="charge_id.charge_kind")
    charge_raw_state = fields.Char(related="charge_id.charge_raw_state")
    charge_method = fields.Selection(related="charge_id.charge_method")
    charge_is_missing = fields.Boolean(related="charge_id.charge_is_missing")
    charge_refund_page = fields.Char(related="charge_id.charge_refund_page")
    charge_url = fields.Char(related="charge_id.charge_url")
    slip_line = fields.Char(related="charge_id.slip_line")
    slip_our_number = fields.Char(related="charge_id.slip_our_number")
    pix_payload = fields.Char(related="charge_id.pix_payload")
    charge_paid = fields.Monetary(related="charge_id.charge_paid")
    charge_fee = fields.Monetary(related="charge_id.charge_fee")
    charge_interest = fields.Monetary(related="charge_id.charge_interest")
    charge_fine = fields.Monetary(related="charge_id.charge_fine")
    charge_discount = fields.Monetary(related="charge_id.charge_discount")
    charge_paid_date = fields.Date(related="charge_id.charge_paid_date")
    charge_credit_date = fields.Date(related="charge_id.charge_credit_date")
    charge_refunded = fields.Monetary(related="charge_id.charge_refunded")
    charge_journal_id = fields.Many2one(
        related="charge_id.provider_id.journal_id", search="_search_charge_journal_id"
    )
    fatura_mailed_at = fields.Datetime(string="E-mailed", readonly=True, copy=False)
    # The seed's names of the host's payment state; not stored, so that writing costs nothing.
    fatura_situation = fields.Selection(
        selection=[
            ("open", "Open"),
            ("partial", "Partly paid"),
            ("paid", "Paid / settled"),
            ("reversed", "Reversed"),
        ],
        string="Situation",
        compute="_compute_fatura_situation",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    def _compute_amount(self):
        """Protect what is computed: the host calls this for edited taxes, too, as its user."""
        with self.env.protecting(self.pool.field_computed[self._fields["amount_total"]], self):
            return super()._compute_amount()

    def _compute_preferred_payment_method_line_id(self):
        """Leave the client's default bearer to other documents: its provider charges a fatura.

        It does not depend on the contract: with that field's removal the host would take fields
        of its own that inherit this one. A fatura has its contract when it is created.
        """
        faturas = self._filter_faturas()
        faturas.preferred_payment_method_line_id = False
        others = self - faturas
        return super(AccountMove, others)._compute_preferred_payment_method_line_id()

    @api.depends("state", "payment_state")
    def _compute_fatura_situation(self):
        for move in self:
            situation = SITUATIONS.get(move.payment_state, "open")
            move.fatura_situation = move.state == "posted" and situation

    @api.model
    def _get_charge_states(self):
        # In the user's language: labels that a function returns are not translated by the host.
        field = self.env["payment.transaction"]._fields["charge_state"]
        return field._description_selection(self.env)

    def _search_charge_journal_id(self, operator, value):
        # The host's journal of a provider is computed from this line, and cannot be searched.
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        lines = self.env["account.payment.method.line"].sudo()
        lines = lines.search(
            [("journal_id", operator, value), ("payment_provider_id", "!=", False)]
        )
        return Domain("charge_id", "any!", [("provider_id", "in", lines.payment_provider_id.ids)])

    @api.constrains("billing_contract_id", "partner_id", "move_type")
    def _check_billing_contract(self):
        """Refuse a contract of another client."""
        for move in self:
            contract = move.billing_contract_id
            if not contract or move.move_type != "out_invoice":
                continue
            if move.partner_id.commercial_partner_id != contract.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contract)s is not a contract of %(client)s. Choose a contract of this "
                        "client.",
                        contract=contract.display_name,
                        client=move.partner_id.display_name,
                    )
                )

    @api.constrains("reference_month", "reference_year", "billing_contract_id")
    def _check_reference(self):
        """Refuse faturas without a reference month or a year of four digits."""
        for move in self:
            year = move.reference_year or ""
            if not move.billing_contract_id or move.move_type != "out_invoice":
                continue
            if not move.reference_month or not (year.isdecimal() and 2000 <= int(year) <= 2099):
                raise ValidationError(
                    self.env._(
                        "%(fatura)s needs a reference month of two digits, like 07, and a year of "
                        "four, like 2026.",
                        fatura=move.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Saving a fatura posts it and has its charge registered. Seed 003, "Gerar a fatura".

        :raise UserError: if its contract is not active
        """
        contracts = self._find_contracts_to_bill(vals_list)
        bills = self._prepare_bills(vals_list, contracts)
        moves = super().create([values for values, _owed in bills])
        moves._check_links_kept({})
        if not self.env.su:
            moves._check_receipts_linked(self.env["account.payment"])
        # The host refuses that in values only, and not in defaults.
        moves.filtered(lambda move: move.state == "posted")._check_fatura_posted_by_host()
        moves._check_contracts_chosen()
        moves._issue_bills([owed for _values, owed in bills])
        return moves

    def write(self, vals):
        self._check_contract_kept(vals)
        self._check_charged_before(vals)
        vals = leave_unchanged_out(self, vals, lambda move: move._has_charge_mark())
        by_hand = filter_posted_by_hand(self, vals)
        links = self._get_links_before(vals)
        receipts = None if links is None else self._get_linked_receipts()
        result = super().write(vals)
        self._check_links_kept(links)
        if receipts is not None:
            self._check_receipts_linked(receipts)
        by_hand._check_fatura_posted_by_host()
        self._sync_dues_after(vals)
        self._cancel_charges_after(vals)
        self._check_contracts_written(vals)
        self._check_amount_written(vals)
        self._update_charge_due_date(vals)
        self._queue_changes_for_panel(vals)
        return result

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_fatura_page(self):
        """Show the fatura as the client sees it (HTML).

        :raise UserError: if it is none
        """
        self.ensure_one()
        if not self._filter_faturas():
            raise UserError(
                self.env._(
                    "%(document)s is no fatura, so it has no page for the client.",
                    document=self.display_name,
                )
            )
        # The address has the token that opens the page.
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self.get_portal_url(), "target": "new"}

    def action_open_fatura_pdf(self):
        """Show the boleto, or the invoice if there is none (PDF)."""
        self.ensure_one()
        self.check_access("read")
        url = self.charge_id.sudo().slip_url or self.get_portal_url(report_type="pdf")
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    @api.model
    def action_open_boletos(self):
        """Show the charges, filtered by the account that the provider pays into: Conta Principal.

        Users who may not read journals see the charges of all accounts.
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.boleto_action")
        provider = self.env["payment.provider"]._get_receipts_provider(self.env.company)
        context = {"create": False}
        if provider.journal_id and provider.journal_id.sudo(False).has_access("read"):
            context["search_default_charge_journal_id"] = provider.journal_id.id
        return {**action, "context": context}

    @api.model
    def action_open_receivables(self):
        """Show what clients owe; users who read no payments open the fatura's own form.

        The host's form of invoices shows payments.
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.receivable_action")
        if self.env["account.payment"].has_access("read"):
            return action
        form = self.env.ref("reseller_billing.fatura_view_form").id
        views = [(form if kind == "form" else view, kind) for view, kind in action["views"]]
        return {**action, "views": views}

    def action_register_charge(self):
        """Register the charges of these faturas again, or create new ones.

        :raise UserError: naming a fatura whose charge can be paid, or of which nothing is owed
        """
        self.check_access("write")
        self._check_still_owed()
        # The user expects an attempt now.
        self.billing_contract_id.provider_id.sudo()._end_billing_pause()
        again = self.filtered(lambda move: move.charge_state in ("processing", "error"))
        for charge in again.charge_id.sudo():
            charge._queue_charge(charge.charge_task or "register")
        differing = self.filtered(lambda move: move.charge_id.sudo()._has_difference())
        for charge in differing.charge_id.sudo():
            charge._queue_charge("update")
        again |= differing
        for move in self - again:
            move._check_not_charged()
            if move.charge_state == "received" and not move.charge_id.sudo().payment_id:
                # Received in cash, and the payment was undone here: the same charge lives again.
                move.charge_id.sudo()._queue_charge("uncash")
            else:
                move._create_charge()
        return True

    def action_open_ledger(self):
        """Show the journal items of this fatura, its payments, refunds and corrected fees."""
        self.ensure_one()
        self.check_access("read")
        charges = self.env["payment.transaction"].sudo().search([("fatura_id", "=", self.id)])
        moves = self | self.reversal_move_ids | charges.charge_payment_ids.move_id
        domain = Domain("id", "in", moves.ids) | (
            Domain("ref", "in", charges.mapped("reference"))
            & Domain("journal_id", "in", charges.provider_id.journal_id.ids)
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return {**action, "domain": list(domain), "context": {"create": False}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        self._check_contracts_to_issue()
        self._check_chargeable()
        with posting():
            posted = super()._post(soft)
        posted._clear_credited_dues()
        posted._charge_posted_faturas()
        posted._update_charges_of_credit_notes()
        posted._queue_for_panel()
        return posted

    def _check_draftable(self):
        self._check_nothing_received()
        self._check_refund_notes_kept()
        return super()._check_draftable()

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._queue_cash_receipts()
        self._reactivate_paid_contracts()
        self._queue_for_panel()
        return result

    @api.model
    def _get_fatura_context(self):
        """Return the context of the fatura's screens."""
        today = fields.Date.context_today(self)
        return {
            "default_move_type": "out_invoice",
            "default_reference_month": f"{today.month:02}",
            "default_reference_year": str(today.year),
            "default_invoice_date": fields.Date.to_string(today),
            "is_fatura": True,
        }

    def _filter_faturas(self):
        """Return the faturas among these, credit notes apart."""
        return self.filtered(
            lambda move: move.billing_contract_id and move.move_type == "out_invoice"
        )

    def _check_still_owed(self):
        """Refuse to charge faturas that are not posted or fully paid.

        :raise UserError: naming the fatura
        """
        for move in self:
            if move.state != "posted" or move.currency_id.is_zero(move.amount_residual):
                raise UserError(
                    self.env._(
                        "%(fatura)s cannot be charged: it is not posted, or nothing of it is "
                        "left to pay.",
                        fatura=move.display_name,
                    )
                )

    def _check_not_charged(self):
        """Refuse a second charge while the client can pay the first.

        :raise UserError: naming the fatura
        """
        self.ensure_one()
        if self.charge_state in LIVE_STATES:
            raise UserError(
                self.env._(
                    "%(fatura)s has a charge that can be paid: %(charge)s. To charge something "
                    "else, change the fatura, or cancel it and make another.",
                    fatura=self.display_name,
                    charge=self.charge_number or self.charge_id.reference,
                )
            )

    def _describe_fatura(self):
        """Return the description for the client, or else plan and reference month."""
        self.ensure_one()
        return self.billing_description or self.billing_contract_id._describe_month(
            self.reference_month, self.reference_year
        )
