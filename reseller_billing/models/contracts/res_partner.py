from functools import partial

from odoo import fields, models

from ...const import MANAGER, USER


class ResPartner(models.Model):
    """A client of the reseller."""

    _name = "res.partner"
    _inherit = ["reseller.billing.abstract.guard", "res.partner"]

    billing_contract_ids = fields.One2many(
        comodel_name="reseller.billing.contract",
        inverse_name="partner_id",
        string="Contracts",
        readonly=True,
    )

    # -------------------------------------------------------------------------
    # ACCESS
    # -------------------------------------------------------------------------

    def _check_access(self, operation):
        """Let users of subscription control register clients.

        Their group comes with the host's invoicing role, which keeps the rights on contacts that it
        has without the addon. So the right is not the group's.
        """
        result = super()._check_access(operation)
        if not result or operation == "read" or not self._may_be_registered(operation):
            return result
        rules = self.env["ir.rule"]
        domain = rules._compute_domain(self._name, operation)
        forbidden = self - self.sudo().with_context(active_test=False).filtered_domain(domain)
        return (
            (forbidden, partial(rules._make_access_error, operation, forbidden))
            if forbidden
            else None
        )

    def _may_be_registered(self, operation):
        """Return whether the user may do so with these clients because of subscription control.

        Users of this database and companies are no clients; only managers delete some.
        """
        user = self.env.user
        role = MANAGER if operation == "unlink" else USER
        if not user.has_group(role) or user.has_group("account.group_account_invoice"):
            return False
        partners = self.sudo().with_context(active_test=False)
        if partners.user_ids.filtered(lambda one: not one.share) or partners.ref_company_ids:
            return False
        return operation == "create" or all(
            partner.commercial_partner_id.customer_rank for partner in partners
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_missing_billing_data(self):
        """Return the names of data that this client lacks to be charged, in the user's language."""
        self.ensure_one()
        needed = {
            self.env._("name"): self.name,
            self.env._("CPF/CNPJ"): self.vat and self.vat.strip("/ "),
            self.env._("e-mail"): self.email,
            self.env._("CEP"): self.zip,
        }
        return [label for label, value in needed.items() if not value]

    def _get_statement_faturas(self):
        """Return this client's posted faturas of the current company, whose letterhead is printed;
        oldest due date first."""
        self.ensure_one()
        return self.env["account.move"].search(
            [
                ("partner_id", "child_of", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
                ("billing_contract_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
            ],
            order="invoice_date_due, id",
        )
