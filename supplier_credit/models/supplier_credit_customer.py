from odoo import api, fields, models


class SupplierCreditCustomer(models.Model):
    """The credit of one customer under one agreement (Gestão de Crédito). Seed 000, "Processo"."""

    _name = "supplier.credit.customer"
    _description = "Customer's Credit at Supplier"
    _inherit = ["supplier.credit.abstract.subject"]
    _check_company_auto = True
    _order = "id desc"

    name = fields.Char(related="partner_id.display_name", string="Name")
    vat = fields.Char(string="CNPJ/CPF", required=True, readonly=True, index=True)
    # draft → (to be drawn with the states)
    state = fields.Selection(
        selection=[("draft", "Not Sent")], required=True, readonly=True, default="draft"
    )
    term_billing_blocked = fields.Boolean(
        readonly=True,
        tracking=True,
        help="Supplier accepts no new billing on term for this customer for now.",
    )

    _agreement_vat_unique = models.Constraint(
        "UNIQUE (agreement_id, vat)", "A customer is registered once per agreement and CNPJ."
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_resource(self):
        return self.vat

    @api.model
    def _find(self, agreement, partner):
        """Return the credit of a partner's company under an agreement; empty if not registered."""
        vat = partner.commercial_partner_id._get_supplier_vat()
        if not vat:
            return self.sudo().browse()
        return self.sudo().search([("agreement_id", "=", agreement.id), ("vat", "=", vat)])
