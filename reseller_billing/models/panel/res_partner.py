from odoo import models
from odoo.exceptions import UserError

# Fields of a client that the panel has.
WATCHED = {
    "name",
    "vat",
    "email",
    "phone",
    "zip",
    "street",
    "street2",
    "city",
    "state_id",
}


class ResPartner(models.Model):
    """Clients that are sent to the reseller panel."""

    _inherit = "res.partner"

    def write(self, vals):
        before = self._get_billing_identities(vals)
        result = super().write(vals)
        self._check_billing_identities(before)
        if not WATCHED.isdisjoint(vals):
            links = self.env["reseller.billing.panel.link"]
            if links._is_in_use():
                links._queue_known("client", self)
        return result

    def action_push_to_panel(self):
        """Send these clients to the panel of this company.

        :raise UserError: without a panel, or naming a contact of a client
        :raise AccessError: for users without the role of subscription control
        """
        self.check_access("read")
        self.env["reseller.billing.contract"].check_access("write")
        for partner in self:
            if partner.parent_id:
                raise UserError(
                    self.env._(
                        "%(contact)s is a contact of %(client)s. Send the client to the panel.",
                        contact=partner.display_name,
                        client=partner.parent_id.display_name,
                    )
                )
        self.env["reseller.billing.panel.link"]._push(self.env.company, self)
        # The panel's clients are customers here too, and changed by whoever follows them.
        self.sudo().filtered(lambda partner: not partner.customer_rank)._increase_rank(
            "customer_rank"
        )
        return True
