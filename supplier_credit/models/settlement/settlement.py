from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import ACCOUNTANT_GROUP
from ..common.for_each import for_each


class SupplierCreditSettlement(models.Model):
    """Supplier's payment of one day (Repasse, Conciliação Financeira). Source: seed 000.

    The effective entries of a day, from service and file, are one statement; their balance is the
    amount that arrives at the bank. Entries for a day whose statement is posted start another one.
    """

    _name = "supplier.credit.settlement"
    _description = "Settlement of Supplier"
    _inherit = [
        "supplier.credit.abstract.guard",
        "mail.thread",
        "supplier.credit.abstract.state",
        "supplier.credit.abstract.processing",
    ]
    _check_company_auto = True
    _order = "date desc, id desc"
    _transitions = {
        "imported": {"matched", "undone"},
        "matched": {"imported", "undone"},
        "posted": {"matched", "undone"},
        "undone": {"posted"},
    }

    name = fields.Char(compute="_compute_name")
    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True, readonly=True, help="The day of Supplier's payment, and of the entry."
    )
    source = fields.Selection(
        selection=[("api", "Supplier's service"), ("file", "File")],
        required=True,
        readonly=True,
        help="The source of its first entry.",
    )
    # imported ⇄ matched → posted ⇄ undone
    state = fields.Selection(
        selection=[
            ("imported", "Imported"),
            ("matched", "Ready to Post"),
            ("posted", "Posted"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        default="imported",
        index=True,
        tracking=True,
    )
    entry_ids = fields.One2many(
        comodel_name="supplier.credit.settlement.entry",
        inverse_name="settlement_id",
        string="Entries",
        readonly=True,
    )
    entry_count = fields.Integer(compute="_compute_totals", string="Number of Entries")
    open_count = fields.Integer(
        compute="_compute_totals", string="To Decide", help="Entries that a person has to decide."
    )
    amount = fields.Monetary(
        compute="_compute_totals",
        string="Paid by Supplier",
        help="Credits less debits, without ignored entries: the amount that arrives at the bank.",
    )
    fee = fields.Monetary(compute="_compute_totals", string="Fees")
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        check_company=True,
        index="btree_not_null",
    )
    error = fields.Text(readonly=True, help="Why the statement could not be posted.")

    # New entries of a day are added to one statement; a statement that was posted once is closed.
    _open_unique = models.UniqueIndex(
        "(agreement_id, date) WHERE state IN ('imported', 'matched')",
        "There is already a statement of the agreement for this day that is not posted.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("agreement_id.name", "date")
    def _compute_name(self):
        for settlement in self:
            settlement.name = f"{settlement.agreement_id.name} / {settlement.date}"

    @api.depends("entry_ids.amount", "entry_ids.state")
    def _compute_totals(self):
        entries = self.env["supplier.credit.settlement.entry"]
        counted = {
            (settlement.id, state): (count, amount, fee)
            for settlement, state, count, amount, fee in entries._read_group(
                [("settlement_id", "in", self.ids)],
                ["settlement_id", "state"],
                ["__count", "amount:sum", "signed_fee:sum"],
            )
        }
        for settlement in self:
            of = {state: row for (found, state), row in counted.items() if found == settlement.id}
            settlement.entry_count = sum(row[0] for row in of.values())
            settlement.open_count = sum(of.get(state, (0,))[0] for state in ("open", "proposed"))
            paid = [row for state, row in of.items() if state != "ignored"]
            settlement.amount = sum(row[1] for row in paid)
            settlement.fee = sum(row[2] for row in paid)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_import(self):
        """Import the statements of all active agreements now.

        :raise UserError: without an active agreement, or naming one whose sending has stopped
        """
        agreements = self.env["supplier.credit.agreement"].search(
            [("enabled", "=", True), ("company_id", "in", self.env.companies.ids)]
        )
        if not agreements:
            raise UserError(
                self.env._(
                    "No agreement is active, so there is no statement to import. Activate one "
                    "under Configuration, Agreements, or import a file."
                )
            )
        return agreements.action_import_settlements()

    def action_match(self):
        """Match the undecided entries of these statements again."""
        self._check_may_settle()
        settlements = self.sudo().filtered(lambda settlement: settlement.state != "posted")
        settlements.entry_ids._match()
        return True

    def action_post(self):
        """Post these statements, each in one entry or not at all; a failure is shown on it.

        :return: see `for_each`
        :raise UserError: naming the statement that is not ready
        """
        self._check_may_settle()
        return for_each(self.sudo(), lambda settlement: settlement._post_by_hand())

    def action_view_move(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_view_entries(self):
        """Open the entries of these statements in a list with filters."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_settlement_entry_action"
        )
        return {**action, "domain": [("settlement_id", "in", self.ids)], "context": {"create": 0}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_may_settle(self):
        """Refuse users who may not work on settlements.

        :raise AccessError: for all but accountants, and for statements of other companies
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(
                self.env._("Only accountants may match and post the settlements of Supplier.")
            )

    def _sync_with_entries(self):
        """Set the state of statements that are not posted by their entries; costs one query."""
        waiting = self.filtered(lambda settlement: settlement.state in ("imported", "matched"))
        counts = self.env["supplier.credit.settlement.entry"]._read_group(
            [("settlement_id", "in", waiting.ids), ("state", "in", ("open", "proposed"))],
            ["settlement_id"],
        )
        undecided = self.browse([settlement.id for (settlement,) in counts])
        undecided._move_to("imported")
        (waiting - undecided)._move_to("matched")

    def _post_by_hand(self):
        if self.state not in ("imported", "matched", "undone"):
            raise UserError(
                self.env._(
                    "Statement %(statement)s is already %(state)s.",
                    statement=self.name,
                    state=self._state_label(),
                )
            )
        self._post()
