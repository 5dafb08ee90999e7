from odoo import api, fields, models

# Fields that change the bearer, directly or by the customer's default.
BEARER_FIELDS = {"preferred_payment_method_line_id", "partner_id", "company_id"}


class SaleOrder(models.Model):
    """A Vendor order is paid at sight by the bank; the buyer pays the bank later. Seed 004.

    "No pedido, escolher o tipo de cobrança cuja opção Vendor esteja marcada e com o prazo de
    pagamento alterado para à vista (ou 1 dia) e cobrança para carteira."
    """

    _inherit = "sale.order"

    # Both come from the form, whose onchange changes the term; they open and lock nothing.
    is_vendor_term = fields.Boolean(
        string="Term Set by Vendor",
        readonly=True,
        written_by="user",
        help="The payment term was changed because a Vendor bearer was chosen.",
    )
    vendor_earlier_payment_term_id = fields.Many2one(
        comodel_name="account.payment.term",
        string="Earlier Payment Term",
        readonly=True,
        written_by="user",
        help="The payment term that comes back when the order leaves vendor financing.",
    )

    # -------------------------------------------------------------------------
    # ONCHANGE METHODS
    # -------------------------------------------------------------------------

    @api.onchange("preferred_payment_method_line_id", "partner_id", "company_id")
    def _onchange_vendor_term(self):
        """Change the payment term with the bearer in the form, and inform the user."""
        own_term = self.partner_id.with_company(self.company_id).property_payment_term_id
        is_customers = (
            self.partner_id != self._origin.partner_id and self.payment_term_id == own_term
        )
        values = self._get_vendor_term_values(renew=is_customers)
        if is_customers and not self.is_vendor:
            # The form has set the new customer's own term already.
            values.pop("payment_term_id", None)
        before = self.payment_term_id
        self.update(values)
        if self.payment_term_id == before:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("Payment term changed"),
                "message": self._get_vendor_term_notice(),
            }
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_term(self):
        return self.company_id.sudo()._get_vendor_payment_term()

    def _get_vendor_term_values(self, renew=False):
        """Return the values by which the payment term follows the present bearer.

        :param renew: the term was set again after Vendor had set it, as by another customer
        """
        self.ensure_one()
        if self.is_vendor and (renew or not self.is_vendor_term):
            return {
                "is_vendor_term": True,
                "vendor_earlier_payment_term_id": self.payment_term_id.id,
                "payment_term_id": self._get_vendor_term().id,
            }
        if self.is_vendor_term and not self.is_vendor:
            return {
                "is_vendor_term": False,
                "vendor_earlier_payment_term_id": False,
                "payment_term_id": self.vendor_earlier_payment_term_id.id,
            }
        return {}

    def _get_vendor_term_notice(self):
        self.ensure_one()
        term = self.payment_term_id.display_name or self.env._("at sight")
        if self.is_vendor_term:
            return self.env._(
                "The bank pays this order at once, so its payment term is now %(term)s and its "
                "collection Carteira. Choosing another bearer brings the earlier term back.",
                term=term,
            )
        return self.env._(
            "The order leaves vendor financing: its payment term is %(term)s again.", term=term
        )

    def _apply_vendor_terms_on_create(self, vals_list):
        """Give new Vendor orders the term of vendor financing, except those whose form did so."""
        for order, vals in zip(self, vals_list, strict=True):
            if "is_vendor_term" not in vals and order.is_vendor:
                order._apply_vendor_term(vals)

    def _get_terms_before_bearer(self, vals):
        """Return the payment terms before a write, for `_apply_vendor_terms_on_write`.

        :return: {order id: payment term}, or None where the values change no bearer, or come from
            a form whose onchange has changed the term already
        """
        if "is_vendor_term" in vals or not BEARER_FIELDS & vals.keys():
            return None
        return {order.id: order.payment_term_id for order in self}

    def _apply_vendor_terms_on_write(self, vals, terms):
        """Change the payment terms of orders whose bearer was written.

        :param terms: see `_get_terms_before_bearer`
        """
        if terms is None:
            return
        for order in self:
            order._apply_vendor_term(vals, terms[order.id])

    def _apply_vendor_term(self, vals, earlier=None):
        """Change the payment term with the bearer, unless the same write named a term.

        :param vals: the values written
        :param earlier: the payment term before the write
        """
        self.ensure_one()
        named = "payment_term_id" in vals
        of_customer = "partner_id" in vals
        values = self._get_vendor_term_values(renew=of_customer and not named)
        if not values:
            return
        before = self.payment_term_id
        if named:
            values.pop("payment_term_id")
            if values["is_vendor_term"] and earlier:
                values["vendor_earlier_payment_term_id"] = earlier.id
        elif of_customer and not values["is_vendor_term"]:
            # The host has set the new customer's own term already.
            values.pop("payment_term_id")
        self.write(values)
        if self.payment_term_id != before:
            self._message_log(body=self._get_vendor_term_notice())
