from odoo import fields, models


class ResCompany(models.Model):
    """The company's customer for sales without a name (Consumidor final). Seed 003."""

    _inherit = "res.company"

    billing_consumer_id = fields.Many2one(
        comodel_name="res.partner",
        string="Consumer-final Customer",
        copy=False,
        ondelete="restrict",
        help="Made once, with the first contract or panel; for sales to whoever gives no name.",
    )

    def _get_billing_consumer(self):
        """Return the consumer-final customer of this company; made the first time."""
        self.ensure_one()
        if not self.billing_consumer_id:
            self.billing_consumer_id = self.env["res.partner"].create(
                {
                    "name": "Consumidor final",
                    "company_id": self.id,
                    "country_id": self.env.ref("base.br").id,
                    "customer_rank": 1,
                }
            )
        return self.billing_consumer_id
