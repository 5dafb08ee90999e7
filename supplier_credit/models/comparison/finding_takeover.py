from odoo import models
from odoo.exceptions import UserError

from ..common.for_each import for_each


class SupplierCreditFinding(models.Model):
    """Taking over what was found at Supplier, so that it lives on here."""

    _inherit = "supplier.credit.finding"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_take_over(self):
        """Take what was found at Supplier into the books here.

        A reservation serves its order; where no order needs it, it is cancelled at Supplier. A
        transaction is that of the invoice with its NF-e.

        :return: see `for_each`
        :raise UserError: naming what cannot be taken over, and what to do
        :raise AccessError: for users who are no managers
        """
        self._check_manager()
        return for_each(self.sudo(), lambda finding: finding._take_over())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _take_over(self):
        if self.state == "done":
            return
        match self.kind:
            case "preauthorization":
                self._take_over_preauthorization()
            case "transaction":
                self._take_over_transaction()
            case _:
                raise UserError(self.problem)
        self._move_to("done")

    def _take_over_preauthorization(self):
        """Make the reservation here, and query it; what no order needs is cancelled then."""
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "Pre-authorization %(code)s cannot be taken over: no contact here has its "
                    "customer's CNPJ or CPF. Create the contact, then take it over, or cancel it "
                    "at Supplier.",
                    code=self.code,
                )
            )
        order = self.env["sale.order"].search(
            [
                ("name", "=", self.reference),
                ("company_id", "=", self.company_id.id),
                ("partner_invoice_id.commercial_partner_id", "=", self.partner_id.id),
            ],
            limit=1,
        )
        if order and order._get_live_preauthorization():
            # It has another one; this one is cancelled.
            order = order.browse()
        reservation = self.env["supplier.credit.preauthorization"].create(
            {
                "agreement_id": self.agreement_id.id,
                "company_id": self.company_id.id,
                "order_id": order.id,
                "order_number": self.reference,
                "bearer_id": order.preferred_payment_method_line_id.id,
                "partner_id": self.partner_id.id,
                "customer_vat": self.partner_id._get_supplier_vat(),
                "requested_amount": self.amount,
                "code": self.code,
            }
        )
        order.supplier_preauthorization_id = reservation
        reservation._move_to("sending")
        reservation._queue_message(self.agreement_id, "preauthorization_query", None)

    def _take_over_transaction(self):
        """Register the invoice of the NF-e, which finds the transaction; nothing is sent twice."""
        invoice = self.env["account.move"].search(
            [("supplier_nfe_key", "=", self.reference), ("company_id", "=", self.company_id.id)],
            limit=1,
        )
        if not invoice:
            raise UserError(
                self.env._(
                    "Transaction %(code)s cannot be taken over: no invoice here has NF-e "
                    "%(key)s. Make the invoice and upload its NF-e, then take it over.",
                    code=self.code,
                    key=self.reference,
                )
            )
        invoice.action_send_supplier_transaction()
