from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import SUPPLIER_CODE


class SupplierCreditSetup(models.TransientModel):
    """Set up an agreement with Supplier in one step: its journal, its accounts and its bearer.

    Existing journals and accounts are proposed; those left empty are created. A system
    administrator then enters address and credentials on the agreement itself: here they would stay
    behind in the wizard's table. The agreement is inactive until it is switched on.
    """

    _name = "supplier.credit.setup"
    _description = "Set Up Supplier"
    _inherit = "supplier.credit.abstract.guard"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char(
        string="Name of the Agreement",
        required=True,
        default=lambda self: f"Supplier {fields.Date.context_today(self).year}",
    )
    card_name = fields.Char(
        string="Name of the Partner Card",
        required=True,
        help="The name under which the customers know the credit.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Supplier's Contact",
        check_company=True,
        help="Left empty, a contact named Supplier is created.",
    )
    environment = fields.Selection(
        selection=[("sandbox", "Sandbox"), ("production", "Production")],
        required=True,
        default="sandbox",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Where the entries of approvals are posted. Left empty, one is created.",
    )
    receivable_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Supplier Receivable Account",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'asset_receivable')]",
        help="Supplier's debt to the company. Left empty, one is created.",
    )
    fee_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="The expense of the fee that Supplier keeps of each sale. Left empty, one is created.",
    )
    difference_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost', 'income_other'))]",
        help="Cents that rounding leaves. Left empty, one is created.",
    )
    temporary_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Temporary Credits Account",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'asset_receivable')]",
        help="Credits of returns, cancellations and bonuses until Supplier has decided. Left "
        "empty, one is created.",
    )
    clearing_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Post-Sales Clearing Account",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('reconcile', '=', True)]",
        help="Every processing of a post-sale passes through it. Left empty, one is created.",
    )
    bank_journal_id = fields.Many2one(
        comodel_name="account.journal",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        required=True,
        check_company=True,
        domain="[('type', '=', 'bank')]",
        help="Where Supplier's transfers arrive. The bearer is created on it.",
    )
    bearer_name = fields.Char(
        string="Name of the Bearer",
        required=True,
        default="Supplier",
        help="The name that salespeople choose on orders sold on Supplier's credit.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_proposal(self):
        """Propose the journals and accounts of an earlier agreement, and the first bank journal."""
        for setup in self:
            former = self.env["supplier.credit.agreement"].search(
                [("company_id", "=", setup.company_id.id)], limit=1
            )
            setup.journal_id = former.journal_id
            setup.receivable_account_id = former.receivable_account_id
            setup.fee_account_id = former.fee_account_id
            setup.difference_account_id = former.difference_account_id
            setup.temporary_account_id = former.return_account_id
            setup.clearing_account_id = former.post_sale_clearing_account_id
            setup.bank_journal_id = former.settlement_journal_id or self.env[
                "account.journal"
            ].search([("type", "=", "bank"), ("company_id", "=", setup.company_id.id)], limit=1)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_set_up(self):
        """Create the agreement, its bearer, and missing journals and accounts.

        :return: the action that opens the agreement
        :raise UserError: if the company has no chart of accounts
        """
        self.ensure_one()
        self._check_chart()
        agreement = self.env["supplier.credit.agreement"].create(self._prepare_agreement())
        self.env["account.payment.method.line"].create(
            {
                "name": self.bearer_name,
                "journal_id": self.bank_journal_id.id,
                "payment_method_id": self._get_charge_type().id,
                "supplier_agreement_id": agreement.id,
            }
        )
        return agreement._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_chart(self):
        if not self.company_id.chart_template:
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet. Install one under Invoicing > "
                    "Configuration > Settings, then set up Supplier.",
                    company=self.company_id.display_name,
                )
            )

    def _prepare_agreement(self):
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "partner_id": (self.partner_id or self._create_partner()).id,
            "environment": self.environment,
            "card_name": self.card_name,
            "journal_id": (self.journal_id or self._create_journal()).id,
            "receivable_account_id": (
                self.receivable_account_id
                or self._create_account("asset_receivable", self.env._("Supplier Receivable"))
            ).id,
            "fee_account_id": (
                self.fee_account_id or self._create_account("expense", self.env._("Supplier Fees"))
            ).id,
            "difference_account_id": (
                self.difference_account_id
                or self._create_account("expense", self.env._("Supplier Differences"))
            ).id,
            "return_account_id": (
                self.temporary_account_id
                or self._create_account(
                    "asset_receivable", self.env._("Supplier Temporary Credits")
                )
            ).id,
            "post_sale_clearing_account_id": (
                self.clearing_account_id
                or self._create_account("asset_current", self.env._("Post-Sales Clearing"))
            ).id,
            "settlement_journal_id": self.bank_journal_id.id,
        }

    def _create_partner(self):
        # Users who may create agreements need no right to create contacts for this one.
        partners = self.env["res.partner"].sudo()
        return partners.create(
            {"name": "Supplier", "is_company": True, "country_id": self.env.ref("base.br").id}
        )

    def _create_journal(self):
        return self.env["account.journal"].create(
            {
                "name": self.env._("Supplier Approvals"),
                "code": self._get_free_journal_code(),
                "type": "general",
                "company_id": self.company_id.id,
            }
        )

    def _get_free_journal_code(self):
        taken = self.env["account.journal"].search([("company_id", "=", self.company_id.id)])
        codes = set(taken.mapped("code"))
        candidates = ["SUPP", *(f"SUP{number}" for number in range(1, len(codes) + 2))]
        return next(code for code in candidates if code not in codes)

    def _create_account(self, account_type, name):
        agreements = self.env["supplier.credit.agreement"]
        return agreements._create_account(self.company_id, account_type, name)

    def _get_charge_type(self):
        return self.env["account.payment.method"].search(
            [("code", "=", SUPPLIER_CODE), ("payment_type", "=", "inbound")], limit=1
        )
