from odoo import api, fields, models
from odoo.exceptions import UserError


class SupplierCreditSettlementDecision(models.TransientModel):
    """A person's decision about settlement entries: the item to settle, or to ignore them."""

    _name = "supplier.credit.settlement.decision"
    _description = "Decide Settlement Entries"
    _inherit = "supplier.credit.abstract.guard"

    entry_ids = fields.Many2many(
        comodel_name="supplier.credit.settlement.entry",
        relation="supplier_credit_settlement_decision_entry_rel",
        string="Entries",
        readonly=True,
    )
    entry_id = fields.Many2one(
        comodel_name="supplier.credit.settlement.entry", compute="_compute_entry"
    )
    currency_id = fields.Many2one(related="entry_id.currency_id", related_sudo=False)
    problem = fields.Text(related="entry_id.problem", related_sudo=False)
    account_ids = fields.Many2many(
        comodel_name="account.account",
        relation="supplier_credit_settlement_decision_account_rel",
        compute="_compute_entry",
    )
    counterpart_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Settles",
        compute="_compute_counterpart",
        store=True,
        readonly=False,
        domain="[('account_id', 'in', account_ids), ('parent_state', '=', 'posted'), "
        "('reconciled', '=', False)]",
        help="An open item of Supplier's receivable.",
    )
    write_off = fields.Boolean(
        string="Write Off the Difference",
        help="The difference is booked to the account of 7.3; otherwise it stays open on the "
        "receivable.",
    )
    reason = fields.Char(help="Why the entries are ignored, for later readers.")

    @api.depends("entry_ids")
    def _compute_entry(self):
        for wizard in self:
            single = wizard.entry_ids if len(wizard.entry_ids) == 1 else wizard.entry_ids.browse()
            wizard.entry_id = single
            agreement = single.agreement_id.sudo()
            wizard.account_ids = agreement._get_receivable_accounts() if agreement else False

    @api.depends("entry_id")
    def _compute_counterpart(self):
        for wizard in self:
            wizard.counterpart_line_id = wizard.entry_id.counterpart_line_id

    def action_choose(self):
        """Match the entry with the chosen item.

        :raise UserError: naming the entry and why it cannot settle the item
        """
        self.ensure_one()
        self.entry_ids._check_may_settle()
        if len(self.entry_ids) != 1 or not self.counterpart_line_id:
            raise UserError(
                self.env._("Choose one entry and the open item that it settles, then try again.")
            )
        self.counterpart_line_id.check_access("read")
        self.entry_ids.sudo()._match_with(self.counterpart_line_id.sudo(), write_off=self.write_off)
        return {"type": "ir.actions.act_window_close"}

    def action_ignore(self):
        """Ignore the entries, with the reason.

        :raise UserError: without a reason, or naming the entry that is posted or in the future
        """
        self.ensure_one()
        self.entry_ids._check_may_settle()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Say why %(entries)s are ignored: their amounts will be missing from what the "
                    "bank receives.",
                    entries=", ".join(self.entry_ids[:5].mapped("external_id")),
                )
            )
        self.entry_ids.sudo()._ignore(self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
