from odoo import fields, models


class ResCompany(models.Model):
    """The company's customer for sales without a name (Consumidor final). Seed 003."""

    _name = "res.company"
    _inherit = ["reseller.billing.abstract.guard", "res.company"]

    billing_consumer_id = fields.Many2one(
        comodel_name="res.partner",
        string="Consumer-final Customer",
        copy=False,
        ondelete="restrict",
        readonly=True,
        help="Created with the first contract or panel; for sales without a customer's name.",
    )

    def _get_billing_consumer(self):
        """Return the consumer-final customer of this company; it is created on first use."""
        self.ensure_one()
        if not self.billing_consumer_id:
            values = {
                "name": "Consumidor final",
                "company_id": self.id,
                "country_id": self.env.ref("base.br").id,
                "customer_rank": 1,
            }
            # Also for a user who may create no clients.
            company = self.sudo()
            company.billing_consumer_id = company.env["res.partner"].create(values)
        return self.billing_consumer_id

    def _get_billing_responsible(self, users, client=None):
        """Return the active user who is notified.

        The first active one of the given users, then the client's salesperson, then a manager of
        subscription control and then an administrator of this company.

        :param users: res.users, in their order
        :param client: res.partner whom the notice is about
        """
        self.ensure_one()
        found = users.sudo().filtered("active")[:1]
        found = found or (client and client.sudo().user_id.filtered("active")) or users.browse()
        for group in ("reseller_billing.reseller_billing_group_manager", "base.group_system"):
            found = found or users.sudo().search(
                [
                    ("all_group_ids", "in", self.env.ref(group).ids),
                    ("company_ids", "in", self.ids),
                ],
                order="id",
                limit=1,
            )
        return (found or self.env.user).with_env(self.env)
