from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...const import OPEN_PAYMENT_STATES, VENDOR_METHOD_CODE
from ...models.invoicing.account_move_lock import LOCKED_STATES

LIVE_TRANSACTION_STATES = ("pending", "authorized")


class VendorFinancingChargeType(models.TransientModel):
    """Change of charge type (Mudança do Tipo de Cobrança). Seed 004.

    "Pode ocorrer também a situação da venda ter sido realizada normalmente com outro tipo de
    cobrança [...] deve-se proceder à alteração do tipo de cobrança na nota fiscal." Only
    the bearer changes: payments stay reconciled, due dates do not change.
    """

    _name = "vendor.financing.charge.type"
    _description = "Change Charge Type"
    _inherit = "vendor.financing.abstract.guard"

    move_ids = fields.Many2many(
        comodel_name="account.move", string="Invoices", required=True, readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True)
    direction = fields.Selection(
        selection=[
            ("to_vendor", "Into vendor financing"),
            ("from_vendor", "Out of vendor financing"),
        ],
        string="Change",
        required=True,
    )
    bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="New Bearer",
        domain="bearer_domain",
        help="Out of vendor financing, it may be left empty.",
    )
    bearer_domain = fields.Binary(compute="_compute_bearer_domain")
    reason = fields.Text(required=True, help="Stored on the invoices with the user's name.")

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE, ONCHANGE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        moves = self.env["account.move"]
        if self.env.context.get("active_model") == "account.move":
            moves = moves.browse(self.env.context.get("active_ids", []))
        if moves:
            moves.check_access("read")
            values["move_ids"] = [Command.set(moves.ids)]
            values["company_id"] = moves[0].company_id.id
            is_in = all(moves.mapped("is_vendor"))
            values["direction"] = "from_vendor" if is_in else "to_vendor"
        else:
            values.setdefault("company_id", self.env.company.id)
        return values

    @api.depends("direction", "company_id")
    def _compute_bearer_domain(self):
        for wizard in self:
            wizard.bearer_domain = [
                ("payment_type", "=", "inbound"),
                ("company_id", "parent_of", wizard.company_id.ids),
                ("code", "=" if wizard.direction == "to_vendor" else "!=", VENDOR_METHOD_CODE),
            ]

    @api.onchange("direction")
    def _onchange_direction(self):
        self.bearer_id = False

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_confirm(self):
        """Change the bearer of these invoices, of all or of none.

        :raise UserError: naming each invoice that is refused, and why
        """
        self.ensure_one()
        self.move_ids.check_access("write")
        vendor_ids = self.bearer_id._get_vendor_bearer_ids()
        is_to_vendor = self.direction == "to_vendor"
        if (self.bearer_id.id in vendor_ids) != is_to_vendor:
            raise UserError(
                self.env._("Choose a bearer of the charge type Vendor.")
                if is_to_vendor
                else self.env._(
                    "%(bearer)s is of the charge type Vendor. To take invoices out of vendor "
                    "financing choose another bearer, or none.",
                    bearer=self.bearer_id.display_name,
                )
            )
        problems = [
            f"- {move.display_name}: {problem}"
            for move in self.move_ids
            if (problem := self._get_problem(move))
        ]
        if problems:
            raise UserError(
                self.env._(
                    "The charge type of these invoices cannot be changed, so none was. Remove "
                    "them from the selection, or correct them first:\n%(problems)s",
                    problems="\n".join(problems),
                )
            )
        earlier = {move.id: move.preferred_payment_method_line_id for move in self.move_ids}
        self.move_ids.write({"preferred_payment_method_line_id": self.bearer_id.id})
        none = self.env._("none")
        self.move_ids._message_log_batch(
            bodies={
                move.id: self.env._(
                    "%(user)s changed the charge type: bearer %(before)s → %(after)s. Reason: "
                    "%(reason)s",
                    user=self.env.user.name,
                    before=earlier[move.id].display_name or none,
                    after=self.bearer_id.display_name or none,
                    reason=self.reason,
                )
                for move in self.move_ids
            }
        )
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_problem(self, move):
        """Return why the charge type of an invoice cannot be changed, or None."""
        if move.move_type != "out_invoice" or move.state != "posted":
            return self.env._("only posted customer invoices change their charge type")
        if move.vendor_financing_state in LOCKED_STATES:
            return self.env._(
                "a bank finances it, or did, under contract %s",
                move.sudo().vendor_contract_id.display_name,
            )
        if move.payment_state not in OPEN_PAYMENT_STATES:
            return self.env._("nothing of it is open")
        if title := move.sudo().vendor_title_ids.filtered("is_live"):
            return self.env._(
                "it is in contract %s; take it out there first",
                title[:1].contract_id.display_name,
            )
        company = self.bearer_id.sudo().company_id
        if company and company not in move.company_id.sudo().parent_ids:
            return self.env._(
                "it is of company %(company)s, the bearer of %(other)s",
                company=move.company_id.sudo().display_name,
                other=company.display_name,
            )
        live = move.sudo().transaction_ids.filtered(
            lambda transaction: transaction.state in LIVE_TRANSACTION_STATES
        )
        if live:
            return self.env._(
                "its charge %s is live at the payment provider; cancel it there first",
                live[0].reference,
            )
        if move.is_vendor == (self.direction == "to_vendor"):
            return (
                self.env._("it is in vendor financing already")
                if move.is_vendor
                else self.env._("it is not in vendor financing")
            )
        return None
