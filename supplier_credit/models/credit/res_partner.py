from odoo import fields, models

from ...tools.tax_id import read_tax_id


class ResPartner(models.Model):
    """A customer and its credit at Supplier. Seed 000, "Processo"."""

    _name = "res.partner"
    _inherit = ["supplier.credit.abstract.guard", "res.partner"]

    supplier_customer_ids = fields.One2many(
        comodel_name="supplier.credit.customer",
        inverse_name="partner_id",
        string="Credit at Supplier",
        readonly=True,
        copy=False,
        groups="supplier_credit.supplier_credit_group_user",
    )
    supplier_credit_state = fields.Selection(
        related="supplier_customer_ids.state",
        # Tracked on the customer's credit; here it would cost every write of every contact.
        tracking=False,
        # Otherwise the state under another company's agreement would be shown.
        related_sudo=False,
        string="Supplier Credit",
        groups="supplier_credit.supplier_credit_group_user",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_for_supplier_credit(self):
        """Open the wizard that sends these customers for credit analysis.

        A contact stands for its company, which is sent once.
        """
        self.check_access("read")
        wizard = self.env["supplier.credit.customer.send"]._create_for_partners(
            self.commercial_partner_id
        )
        return wizard._get_open_action()

    def action_view_supplier_customers(self):
        """Open the credit at Supplier of this contact's company."""
        self.ensure_one()
        customers = self.commercial_partner_id.supplier_customer_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_customer_action"
        )
        if len(customers) == 1:
            return customers._get_records_action(name=action["name"])
        return {**action, "domain": [("id", "in", customers.ids)], "context": {}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_supplier_vat(self):
        """Return CNPJ (also an alphanumeric one) or CPF without punctuation, '' if invalid."""
        self.ensure_one()
        return read_tax_id(self.vat)
