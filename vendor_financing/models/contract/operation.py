from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER

# After these operations the company may collect from the customer again.
RELEASING = ("default", "withdrawal", "substitution")


class VendorFinancingOperation(models.Model):
    """One dated operation on a contract, with its entry; operations are undone in reverse order.

    Each is one transaction: entry, reconciliation and state change together, or nothing.
    """

    _name = "vendor.financing.operation"
    _description = "Operation on a Vendor Financing Contract"
    _inherit = ["vendor.financing.abstract.guard", "vendor.financing.abstract.state"]
    _order = "id desc"
    _transitions = {"posted": set(), "undoing": {"posted"}, "undone": {"undoing"}}

    contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("effectivation", "Effectivation"),
            ("settlement", "Settlement"),
            ("early_settlement", "Early Settlement"),
            ("default", "Default"),
            ("correction", "Correction"),
            ("extension", "Extension"),
            ("acceleration", "Acceleration"),
            ("substitution", "Substitution"),
            ("withdrawal", "Undo of a Title"),
            ("recognition", "Recognition of a Month"),
            ("loss", "Expected Loss"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    # posted → undoing → undone
    state = fields.Selection(
        selection=[("posted", "Posted"), ("undoing", "Being Undone"), ("undone", "Undone")],
        required=True,
        readonly=True,
        default="posted",
        help="Being Undone exists only within the transaction that undoes the operation.",
    )
    line_ids = fields.One2many(
        comodel_name="vendor.financing.operation.line",
        inverse_name="operation_id",
        string="Instalments",
        readonly=True,
    )
    amount = fields.Monetary(readonly=True, help="Principal in BRL.")
    charges = fields.Monetary(readonly=True, help="Charges of the bank, in BRL.")
    rebate = fields.Monetary(readonly=True, help="Credited by the bank, in BRL.")
    note = fields.Char(readonly=True)
    move_id = fields.Many2one(
        comodel_name="account.move", string="Entry", readonly=True, ondelete="restrict"
    )
    undo_move_id = fields.Many2one(
        comodel_name="account.move", string="Undone By", readonly=True, ondelete="restrict"
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_undo(self):
        """Undo these operations by mirror entries of today, the latest first.

        :raise AccessError: for all but managers who may post entries
        :raise UserError: naming the operations to undo first, or the locked period
        """
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a manager of Vendor financing may undo an operation.")
            )
        self.check_access("read")
        self.contract_id._check_may_post()
        for operation in self.sudo().sorted("id", reverse=True):
            operation._undo()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _compute_display_name(self):
        for operation in self:
            label = operation._selection_label("kind")
            operation.display_name = (
                f"{label} {operation.contract_id.display_name}, {operation.date}"
            )

    def _get_moves(self):
        return self.move_id | self.undo_move_id

    def _post_entry(self, lines):
        """Post one entry of these lines for this operation.

        :param lines: values of account.move.line
        :raise UserError: in a locked period
        """
        self.ensure_one()
        agreement = self.contract_id.agreement_id
        self._check_not_locked(self.date, agreement.entry_journal_id)
        # A new entry has no analytic items to synchronise; the host would look line by line.
        moves = self.env["account.move"].with_context(skip_analytic_sync=True)
        move = moves.create(
            {
                "move_type": "entry",
                "journal_id": agreement.entry_journal_id.id,
                "company_id": self.company_id.id,
                "date": self.date,
                "ref": self.display_name,
                "vendor_operation_id": self.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        ).with_env(self.env)
        move._post(soft=False)
        self.move_id = move
        return move

    def _get_vendor_items(self, side):
        """Return {instalment: its item of the vendor account in this operation's entry}.

        :param side: debit, which ends the guarantee of an instalment, or credit, which begins one
        """
        sign = 1 if side == "debit" else -1
        account = self.contract_id.agreement_id.vendor_account_id
        return {
            line.vendor_installment_id: line
            for line in self.move_id.line_ids
            if line.vendor_installment_id and line.account_id == account and line.balance * sign > 0
        }

    def _reconcile_items(self):
        """Reconcile the entry's items with the guarantees and receivables that they close.

        All in one plan of the host; all items of a receivable together.
        """
        plan = [
            part.vendor_line_id | item for part, item in self._get_vendor_items("debit").items()
        ]
        of_receivable = defaultdict(lambda: self.env["account.move.line"])
        for part, item in self._get_customer_items().items():
            receivable = part.title_id.line_id
            of_receivable[receivable] |= receivable | item
        plan += of_receivable.values()
        # The host reads them one by one; this reads all at once.
        self.env["account.move.line"].union(*plan).fetch()
        self.env["account.move.line"]._reconcile_plan(plan)

    def _get_customer_items(self):
        """Return {instalment: its item of the customer's account in this operation's entry}."""
        account = self.contract_id.agreement_id.vendor_account_id
        return {
            line.vendor_installment_id: line
            for line in self.move_id.line_ids
            if line.vendor_installment_id and line.account_id != account
        }

    def _check_not_locked(self, date, journal):
        """Refuse a date in a locked period; the host would silently use a later one.

        :raise UserError: naming the date and what locks it
        """
        company = self.company_id
        if violated := company._get_violated_lock_dates(date, False, journal):
            raise UserError(
                self.env._(
                    "%(operation)s: %(date)s is in a locked period (%(locks)s). Choose a later "
                    "date, or ask an accountant to open the period.",
                    operation=self.display_name,
                    date=date,
                    locks=company._format_lock_dates(violated),
                )
            )

    def _check_undoable(self):
        if self.state != "posted":
            raise UserError(
                self.env._("%(operation)s is undone already.", operation=self.display_name)
            )
        if later := self._get_blocking():
            raise UserError(
                self.env._(
                    "%(operation)s cannot be undone before the later operations %(later)s. Undo "
                    "those first.",
                    operation=self.display_name,
                    later=", ".join(later.mapped("display_name")),
                )
            )
        self._check_receivables_free()
        self._check_charges_undoable()
        bank = self.contract_id.agreement_id._get_bank_account()
        matched = self.move_id.line_ids.filtered(
            lambda line: line.account_id == bank
            and (line.matched_debit_ids or line.matched_credit_ids)
        )
        if matched:
            raise UserError(
                self.env._(
                    "%(operation)s: entry %(entry)s is reconciled with the bank's statement. Undo "
                    "that reconciliation first.",
                    operation=self.display_name,
                    entry=self.move_id.name,
                )
            )

    def _get_blocking(self):
        """Return the later operations without whose undoing this one is not undone.

        Months that were recognised block only their like: they are undone with the effectivation,
        and are no state of an instalment. A month itself stays under all that recognised the same
        or handed it over since.
        """
        self.ensure_one()
        later = self.contract_id.operation_ids.filtered(
            lambda other: other.state == "posted" and other.id > self.id
        )
        if self.kind == "recognition":
            recognised = self.recognition_ids.installment_id
            return later.filtered(lambda other: other.recognition_ids.installment_id & recognised)
        later = later.filtered(lambda other: other.kind != "recognition")
        if self.kind == "effectivation":
            return later
        installments = self.line_ids.installment_id
        return later.filtered(lambda other: other.line_ids.installment_id & installments)

    def _check_receivables_free(self):
        """Refuse to finance receivables again that were paid, or financed elsewhere, since.

        :raise UserError: naming the invoice, and what to undo first
        """
        self.ensure_one()
        if self.kind not in RELEASING:
            return
        for title in self.line_ids.installment_id.title_id:
            line = title.line_id
            other = title.search(
                [("line_id", "=", line.id), ("is_live", "=", True), ("id", "!=", title.id)], limit=1
            )
            if other:
                raise UserError(
                    self.env._(
                        "%(operation)s cannot be undone: %(invoice)s is in contract %(contract)s "
                        "since. Undo or cancel that first.",
                        operation=self.display_name,
                        invoice=title.display_name,
                        contract=other.contract_id.display_name,
                    )
                )
            again = self.line_ids.filtered(
                lambda one, title=title: one.installment_id.title_id == title
            )
            needed = sum(again.mapped("principal")) + title._get_guaranteed_amount()
            # The new title of a substitution is withdrawn by undoing it.
            if self.kind == "substitution" and title.is_live:
                continue
            if self.currency_id.compare_amounts(line.amount_residual, needed) < 0:
                raise UserError(
                    self.env._(
                        "%(operation)s cannot be undone: the customer has paid %(invoice)s since, "
                        "only %(open)s of it is open. Undo that payment first.",
                        operation=self.display_name,
                        invoice=title.display_name,
                        open=self.currency_id.format(line.amount_residual),
                    )
                )

    def _undo(self):
        self.ensure_one()
        self.contract_id._take_turn()
        self._undo_months()
        self._check_undoable()
        # The mirror entry is not dated before the entry.
        mirror = self._undo_on(max(fields.Date.context_today(self), self.date))
        self._undo_state()
        self._mirror_recognition()
        self._cancel_charges()
        self.contract_id.message_post(
            body=self.env._(
                "%(operation)s undone: %(entry)s was reversed by %(mirror)s.",
                operation=self.display_name,
                entry=self.move_id.name,
                mirror=mirror.name,
            )
        )
        self._release_report_lines()

    def _undo_on(self, date):
        """Post the mirror entry of a day, and return it; the operation is undone with it.

        :raise UserError: in a locked period
        """
        self._check_not_locked(date, self.contract_id.agreement_id.entry_journal_id)
        # In this state the entry may be reversed and its reconciliation removed.
        self._move_to("undoing")
        (mirror,) = self.move_id._reverse_moves(
            [{"date": date, "ref": self.env._("Undone: %(entry)s", entry=self.move_id.ref)}],
            cancel=True,
        )
        mirror.vendor_operation_id = self
        self._move_to("undone", undo_move_id=mirror.id)
        return mirror

    def _undo_state(self):
        """Restore instalments and contract as they were before this operation."""
        if self.kind == "effectivation":
            self.contract_id._restore_titles()
            return
        for line in self.line_ids:
            line.installment_id._apply_terms(line.previous)
        titles = self.line_ids.installment_id.title_id
        titles._update_receivables()
        self.contract_id._sync_state()


class VendorFinancingOperationLine(models.Model):
    """One instalment of an operation."""

    _name = "vendor.financing.operation.line"
    _description = "Instalment of an Operation"
    _inherit = "vendor.financing.abstract.guard"

    operation_id = fields.Many2one(
        comodel_name="vendor.financing.operation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="operation_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        required=True,
        index=True,
        ondelete="restrict",
    )
    principal = fields.Monetary(required=True)
    # Operations are undone in reverse order, so that these values fit when they are restored.
    previous = fields.Json(
        readonly=True, help="The instalment's terms and state before the operation."
    )
