from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...const import ACCOUNTANT, MANAGER


class VendorFinancingMaintenance(models.TransientModel):
    """Changes of a financed title (Manutenção de Vendor). Seed 004."""

    _name = "vendor.financing.maintenance"
    _description = "Maintain a Vendor Title"
    _inherit = "vendor.financing.abstract.guard"

    kind = fields.Selection(
        selection=[
            ("correction", "Due date or interest was entered wrong"),
            ("request", "The customer asks for an extension"),
            ("extension", "The bank grants an extension"),
            ("denial", "The bank denies the extension"),
            ("substitution", "Another invoice replaces this one"),
            ("withdrawal", "The bank withdraws this title"),
        ],
        string="Change",
        required=True,
        default="correction",
    )
    installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        string="Instalment",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="installment_id.partner_id", related_sudo=False)
    company_id = fields.Many2one(related="installment_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="installment_id.currency_id", related_sudo=False)
    open_amount = fields.Monetary(related="installment_id.open_amount", related_sudo=False)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day of the entry, or of the bank's answer.",
    )
    date_due = fields.Date(string="New Due Date")
    interest = fields.Monetary(string="Company's Interest")
    settled_by = fields.Selection(
        selection=[
            ("expense", "Bank expenses: the value credited was right"),
            ("bank", "The bank: it credits or debits the difference"),
        ],
        string="Difference",
        default="expense",
    )
    iof = fields.Monetary(
        string="Complementary IOF",
        compute="_compute_extension_costs",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Proposed at the IOF rate of the contract for the additional days, up to the cap. "
        "In BRL; correct it to the bank's amount.",
    )
    bank_interest = fields.Monetary(
        string="Bank's Interest",
        compute="_compute_extension_costs",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Proposed at the bank's quote of the day for the additional days. In BRL; correct "
        "it to the bank's amount.",
    )
    borne_by = fields.Selection(
        selection=[("customer", "Customer"), ("company", "Company")], default="customer"
    )
    line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Other Invoice",
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id), "
        "('move_id.is_vendor', '=', True), ('parent_state', '=', 'posted'), "
        "('account_type', '=', 'asset_receivable'), ('amount_residual', '=', open_amount), "
        "('vendor_title_id', '=', False)]",
    )
    has_debited = fields.Boolean(
        string="Another Value", help="The bank debits another amount than it credited."
    )
    debited = fields.Monetary(help="The bank's debit, in BRL.")
    note = fields.Char(string="Reason")

    @api.depends("kind", "date_due", "date", "installment_id")
    def _compute_extension_costs(self):
        """Propose the costs of a later due date."""
        for wizard in self:
            wizard.installment_id._origin.check_access("read")
            part = wizard.installment_id.sudo()
            costs = (0, 0)
            if wizard.kind == "extension" and wizard.date_due and wizard.date_due > part.date_due:
                day = wizard.date or fields.Date.context_today(wizard)
                costs = part.agreement_id._price_extension(part, wizard.date_due, day)
            wizard.iof, wizard.bank_interest = (float(cost) for cost in costs)

    @api.onchange("date_due")
    def _onchange_date_due(self):
        return self.installment_id.agreement_id._get_date_warning(self.date_due)

    @api.model
    def _open(self, installment):
        """Return the action that opens this wizard on one instalment.

        :raise UserError: for several, or one that is not financed
        """
        installment.check_access("read")
        if len(installment) != 1 or installment.state != "financed":
            raise UserError(
                self.env._("Choose one financed instalment; maintenance is done one by one.")
            )
        wizard = self.create(
            {
                "installment_id": installment.id,
                "date_due": installment.extension_date or installment.date_due,
                "interest": installment.interest,
                "kind": "extension" if installment.extension_state == "requested" else "correction",
            }
        )
        return wizard._get_records_action(
            name=self.env._("Maintenance of %s", installment.display_name), target="new"
        )

    def action_confirm(self):
        """Book the change, with an entry of its date.

        :raise AccessError: for users who may not post entries, or withdraw titles
        :raise UserError: naming the title, and what to correct
        """
        self.ensure_one()
        user = self.env.user
        if not self.env.su and not user.has_group(ACCOUNTANT):
            raise AccessError(self.env._("Only accountants may maintain vendor contracts."))
        if self.kind == "withdrawal" and not self.env.su and not user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a manager of Vendor financing may undo a title. Ask one.")
            )
        self.installment_id.check_access("read")
        self.line_id.check_access("read")
        part = self.installment_id.sudo()
        contract = part.contract_id
        match self.kind:
            case "correction":
                self._confirm_correction(contract, part)
            case "request":
                self._confirm_request(contract, part)
            case "extension":
                self._confirm_extension(contract, part)
            case "denial":
                self._confirm_denial(contract, part)
            case "substitution":
                self._confirm_substitution(contract, part)
            case "withdrawal":
                self._confirm_withdrawal(contract, part)
        return True

    def _confirm_correction(self, contract, part):
        contract._correct(
            part,
            self._get_required_date(),
            self.interest,
            self.date,
            self.settled_by,
            note=self.note,
        )

    def _confirm_request(self, contract, part):
        part.write(
            {
                "extension_state": "requested",
                "extension_date": self._get_required_date(),
                "extension_sent_on": False,
            }
        )
        contract.message_post(
            body=self.env._(
                "%(installment)s: the customer asks to pay on %(date)s. %(reason)s",
                installment=part.display_name,
                date=format_date(self.env, self.date_due),
                reason=self.note or "",
            )
        )

    def _confirm_denial(self, contract, part):
        part.extension_state = "denied"
        contract.message_post(
            body=self.env._(
                "%(installment)s: the bank denied the extension on %(date)s. %(reason)s",
                installment=part.display_name,
                date=format_date(self.env, self.date),
                reason=self.note or "",
            )
        )

    def _confirm_extension(self, contract, part):
        if self.iof < 0 or self.bank_interest < 0:
            raise UserError(self.env._("IOF and interest of an extension cannot be negative."))
        contract._extend(
            part,
            self._get_required_date(),
            self.date,
            self.iof,
            self.bank_interest,
            self.borne_by,
            note=self.note,
        )
        contract.message_post(
            body=self.env._(
                "%(installment)s: the bank granted the extension to %(due)s on %(date)s. "
                "%(reason)s",
                installment=part.display_name,
                due=format_date(self.env, self.date_due),
                date=format_date(self.env, self.date),
                reason=self.note or "",
            )
        )

    def _confirm_substitution(self, contract, part):
        if not self.line_id:
            raise UserError(
                self.env._(
                    "Choose the invoice that replaces %(title)s.",
                    title=part.title_id.display_name,
                )
            )
        contract._substitute(part.title_id, self.line_id.sudo(), self.date, note=self.note)

    def _confirm_withdrawal(self, contract, part):
        if self.has_debited and self.debited < 0:
            raise UserError(self.env._("The amount that the bank debits cannot be negative."))
        contract._withdraw(
            part.title_id, self.date, self.debited if self.has_debited else None, note=self.note
        )

    def _get_required_date(self):
        if not self.date_due:
            raise UserError(
                self.env._(
                    "Enter the new due date of %(installment)s.",
                    installment=self.installment_id.display_name,
                )
            )
        return self.date_due
