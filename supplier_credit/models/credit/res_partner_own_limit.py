from odoo import fields, models


class ResPartner(models.Model):
    """The company's own credit limit, which sales on Supplier's credit do not use."""

    _inherit = "res.partner"

    def _compute_credit_to_invoice(self):
        """Leave out the amounts to be invoiced of orders on Supplier's credit."""
        super()._compute_credit_to_invoice()
        company = self.env.company
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        partners = self.commercial_partner_id & self
        if not ours or not partners or not company.account_use_credit_limit:
            return
        # The host's own domain of the orders that it counts, restricted to Supplier's bearers.
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", company.id),
                ("partner_invoice_id", "any", [("commercial_partner_id", "in", partners.ids)]),
                ("order_line", "any", [("untaxed_amount_to_invoice", ">", 0)]),
                ("state", "=", "sale"),
                ("preferred_payment_method_line_id", "in", list(ours)),
            ]
        )
        today = fields.Date.context_today(self)
        for order in orders:
            order.partner_invoice_id.commercial_partner_id.credit_to_invoice -= (
                order.currency_id._convert(
                    order.amount_to_invoice, company.currency_id, company, today
                )
            )

    def _get_supplier_open_amounts(self, company):
        """Return the open amounts of these customers' posted invoices on Supplier's credit.

        The ledger shows them as the customer's debt until Supplier approves the sale.

        :return: dict from commercial partner to amount in the company's currency; no query without
            bearers
        """
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        if not ours or not self:
            return {}
        # By the lines' partner, which is indexed, as the host's own sum.
        return dict(
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("reconciled", "=", False),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("company_id", "child_of", company.root_id.id),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("move_id.preferred_payment_method_line_id", "in", list(ours)),
                ],
                ["partner_id"],
                ["amount_residual:sum"],
            )
        )
