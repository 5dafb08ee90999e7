from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ACCOUNTANTS = "account.group_account_invoice"


class ResellerBillingOrphanBooking(models.TransientModel):
    """Booking of an unidentified payment as a client's."""

    _name = "reseller.billing.orphan.booking"
    _description = "Book an Unidentified Payment"
    _inherit = "reseller.billing.abstract.guard"

    event_id = fields.Many2one(
        comodel_name="reseller.billing.event",
        string="Payment",
        required=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="event_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="event_id.currency_id", related_sudo=False)
    amount = fields.Monetary(related="event_id.amount", related_sudo=False)
    paid_on = fields.Date(related="event_id.paid_on", related_sudo=False)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        ondelete="cascade",
    )
    fatura_ids = fields.Many2many(
        comodel_name="account.move",
        relation="reseller_billing_orphan_booking_move_rel",
        string="Settles",
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('payment_state', 'in', ('not_paid', 'partial')), ('company_id', '=', company_id),"
        " ('commercial_partner_id', '=', partner_id)]",
        help="Left empty, the money is the client's credit.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        event = self.env["reseller.billing.event"].browse(self.env.context.get("active_id"))
        event.check_access("read")
        return {**values, "event_id": event.id}

    def action_confirm(self):
        """Book the payment, and settle the chosen faturas with it.

        :raise AccessError: for users without invoicing
        :raise UserError: if it is booked already, or a document is another client's
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(ACCOUNTANTS):
            raise AccessError(self.env._("Only users of Invoicing may book payments. Ask one."))
        self.check_access("write")
        for record in (self.event_id, self.partner_id, self.fatura_ids):
            record.check_access("read")
        client = self.partner_id.commercial_partner_id
        for fatura in self.fatura_ids:
            is_own = fatura.commercial_partner_id == client
            if not is_own or fatura.company_id != self.company_id or fatura.state != "posted":
                raise UserError(
                    self.env._(
                        "%(document)s is no issued document of %(client)s in %(company)s. Choose "
                        "documents of this client.",
                        document=fatura.display_name,
                        client=client.display_name,
                        company=self.company_id.display_name,
                    )
                )
        event = self.event_id.sudo().with_company(self.company_id)
        event._book_orphan(client.sudo(), self.fatura_ids.sudo())
        return True
