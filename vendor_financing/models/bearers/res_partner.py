from odoo import fields, models


class ResPartner(models.Model):
    """Vendor financing of a customer. Seed 004, "Clientes - Consulta Contrato Vendor"."""

    _name = "res.partner"
    _inherit = ["vendor.financing.abstract.guard", "res.partner"]

    vendor_iof_regime = fields.Selection(
        selection=[
            ("ordinary", "Ordinary company"),
            ("simples", "Simples Nacional"),
            ("mei", "MEI"),
            ("natural", "Natural person"),
            ("exempt", "Exempt"),
        ],
        string="IOF Regime",
        written_by="user",
        help="Which rate of IOF a credit to this customer takes. Left empty, it is ordinary.",
    )
    vendor_exposure = fields.Monetary(
        string="Financed",
        compute="_compute_vendor_exposure",
        groups="vendor_financing.vendor_financing_group_user",
        help="Debt of this customer to banks under the company's guarantee, in BRL.",
    )
    has_vendor_contract = fields.Boolean(
        compute="_compute_vendor_exposure", groups="vendor_financing.vendor_financing_group_user"
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_vendor_exposure(self):
        financed = {
            partner.id: amount
            for partner, amount in self.env["vendor.financing.contract.installment"]._read_group(
                [*self._get_vendor_domain(), ("state", "!=", "pending")],
                ["partner_id"],
                ["open_amount:sum"],
            )
        }
        family = {partner: partner.commercial_partner_id for partner in self}
        found = self.browse(financed)
        totals = {}
        for partner in found:
            root = partner.commercial_partner_id
            totals[root] = totals.get(root, 0.0) + financed[partner.id]
        for partner in self:
            partner.has_vendor_contract = family[partner] in totals
            partner.vendor_exposure = totals.get(family[partner], 0.0)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_vendor_installments(self):
        """Open all instalments of this customer, with contracts, states and open exposure."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_contract_installment_action"
        )
        return {
            **action,
            "domain": [*self._get_vendor_domain(), ("state", "!=", "pending")],
            "context": {},
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_domain(self):
        return [("partner_id", "child_of", self.commercial_partner_id.ids)]
