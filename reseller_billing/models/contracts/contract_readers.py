from odoo import api, fields, models

from ...tools import tax_id


class ResellerBillingContract(models.Model):
    """Who is written to about a contract's faturas, and whether the client is charged twice."""

    _inherit = "reseller.billing.contract"

    recipient_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="reseller_billing_contract_recipient_rel",
        string="Copies To",
        help="Get all e-mails about the faturas, besides the client and its invoice contact.",
    )
    same_tax_id_client = fields.Char(
        compute="_compute_same_tax_id_client",
        help="Other clients with contracts and the same CPF/CNPJ.",
    )

    @api.depends("partner_id.vat", "company_id")
    def _compute_same_tax_id_client(self):
        """Name the other clients of the company with the same CPF/CNPJ.

        Each is a customer of its own at the provider; often one is the other's duplicate.
        """
        for contract in self:
            client = contract.partner_id.commercial_partner_id
            number = tax_id.normalize(client.vat)
            same = client.browse()
            if number:
                ids = client.sudo()._find_ids_by_number(number)
                domain = [("id", "in", ids), ("billing_contract_ids", "!=", False)]
                same = client.search([*domain, ("id", "!=", client.id)])
            contract.same_tax_id_client = ", ".join(same.mapped("display_name"))
