from odoo import api, fields, models

from ...const import BEARER_FIELD


class AccountMove(models.Model):
    """The warning about the company's own credit limit."""

    _inherit = "account.move"

    @api.depends(BEARER_FIELD)
    def _compute_partner_credit_warning(self):
        return super()._compute_partner_credit_warning()

    def _build_credit_warning_message(
        self, record, current_amount=0.0, exclude_current=False, exclude_amount=0.0
    ):
        """Leave documents on Supplier's credit out of the warning, and give none on them.

        The host builds every warning here, of orders and invoices alike.
        """
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        partner = record.partner_id.commercial_partner_id
        if ours and partner.credit_limit:
            if BEARER_FIELD in record._fields and record[BEARER_FIELD].id in ours:
                return ""
            exclude_amount += sum(partner._get_supplier_open_amounts(record.company_id).values())
        return super()._build_credit_warning_message(
            record,
            current_amount=current_amount,
            exclude_current=exclude_current,
            exclude_amount=exclude_amount,
        )

    def _get_partner_credit_warning_exclude_amount(self):
        """Undo what the host leaves out for orders on Supplier's credit: they were never counted.

        It matters where the bearer was changed on the invoice of such an order.
        """
        amount = super()._get_partner_credit_warning_exclude_amount()
        today = fields.Date.context_today(self)
        for order in self.line_ids.sale_line_ids.order_id._filter_supplier_credit():
            left_out = min(self._get_sale_order_invoiced_amount(order), order.amount_to_invoice)
            amount -= order.currency_id._convert(
                max(left_out, 0), self.company_id.currency_id, self.company_id, today
            )
        return amount
