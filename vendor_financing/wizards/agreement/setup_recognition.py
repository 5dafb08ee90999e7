from odoo import api, fields, models

from ...models.agreement.agreement_recognition import OVER_TERM


class VendorFinancingSetup(models.TransientModel):
    """Recognition over the term, with the accounts on which income and cost wait."""

    _inherit = "vendor.financing.setup"

    recognition = fields.Selection(
        selection=lambda self: self._get_choices("recognition"),
        string="Interest Recognised",
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="At closing, or over the term: interest, equalization and own IOF wait, and each "
        "month recognises its days.",
    )
    deferred_income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Deferred Interest Account",
        compute="_compute_deferred_accounts",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="The company's interest that is not earned yet. Left empty, one is created.",
    )
    deferred_cost_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_deferred_accounts",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('asset_prepayments', 'asset_current'))]",
        help="Equalization and IOF that are not spent yet. Left empty, one is created.",
    )

    @api.depends("agreement_id", "company_id", "recognition")
    def _compute_deferred_accounts(self):
        """Propose what an agreement of the company has, else of Brazil's chart its own account."""
        for setup in self:
            former = setup._find_former()
            for name in ("deferred_income_account_id", "deferred_cost_account_id"):
                setup[name] = former[name]
            if setup.recognition in OVER_TERM and not setup.deferred_cost_account_id:
                setup.deferred_cost_account_id = setup._find_of_chart("deferred_cost_account_id")

    def _get_deferred_accounts(self):
        """Return the accounts of what waits, where something does: {field: (type, name)}."""
        if self.recognition not in OVER_TERM:
            return {}
        return {
            "deferred_income_account_id": (
                "liability_current",
                self.env._("Vendor Interest to Be Earned"),
            ),
            "deferred_cost_account_id": (
                "asset_prepayments",
                self.env._("Vendor Cost to Be Recognised"),
            ),
        }
