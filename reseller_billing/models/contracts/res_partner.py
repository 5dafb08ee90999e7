from odoo import fields, models


class ResPartner(models.Model):
    """A client of the reseller."""

    _name = "res.partner"
    _inherit = ["reseller.billing.abstract.guard", "res.partner"]

    billing_contract_ids = fields.One2many(
        comodel_name="reseller.billing.contract", inverse_name="partner_id", string="Contracts"
    )

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
