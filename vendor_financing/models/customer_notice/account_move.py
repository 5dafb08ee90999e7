from odoo import api, fields, models


class AccountMove(models.Model):
    """What the customer is told of an invoice that a bank collects: whom to pay, when, how much.

    One block says it on screen, on paper, in the portal and in the mail; nothing of the host's
    invites a payment to the company meanwhile. Debited invoices are the company's again.
    """

    _inherit = "account.move"

    vendor_notice = fields.Html(
        string="Payment to the Bank",
        compute="_compute_vendor_notice",
        sanitize=False,
        help="What the customer is told: the bank, due dates, boletos and the effective cost.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("vendor_collection", "vendor_financing_state", "state")
    @api.depends_context("lang")
    def _compute_vendor_notice(self):
        """Say it of posted invoices with collection Carteira; others cost no query."""
        for move in self:
            move.vendor_notice = (
                move.vendor_collection
                and move.state == "posted"
                and move.env["ir.qweb"]._render(
                    "vendor_financing.customer_notice", move._get_vendor_notice_values()
                )
            )

    # By the host's own fields: with one of ours the host would delete what statement lines inherit
    # of these when the addon is uninstalled.
    @api.depends("move_type", "preferred_payment_method_line_id")
    def _compute_display_qr_code(self):
        """Show no code that pays the company while a bank collects."""
        result = super()._compute_display_qr_code()
        self.filtered("vendor_collection").display_qr_code = False
        return result

    @api.depends("move_type", "preferred_payment_method_line_id")
    def _compute_display_link_qr_code(self):
        """Show no code that opens a payment while a bank collects."""
        result = super()._compute_display_link_qr_code()
        self.filtered("vendor_collection").display_link_qr_code = False
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_notice_values(self):
        """Return what the block shows of this invoice.

        :return: {move, bank (name; none where no bank finances yet), parts (instalments by due
            date), total (BRL), cost (CET in % a year, or None), collectable (what the bank debited
            and the customer owes the company, in BRL)}
        """
        self.ensure_one()
        parts = self.env["vendor.financing.contract.installment"].sudo()
        collectable = 0.0
        if self.vendor_financing_state:
            for title in self.sudo().vendor_title_ids._filter_latest_counting():
                parts |= title._get_told_parts()
                collectable += title._get_collectable_amount()
        parts = parts.sorted(lambda part: (part.date_due, part.number, part.id))
        return {
            "move": self,
            "bank": ", ".join(parts.agreement_id.partner_id.mapped("name")),
            "parts": parts,
            "total": sum(parts.mapped("customer_total")),
            "cost": parts._get_effective_cost(),
            "collectable": collectable,
        }

    def _get_invoice_portal_extra_values(self, custom_amount=None):
        """Name no instalment as due to the company while a bank collects."""
        values = super()._get_invoice_portal_extra_values(custom_amount)
        return {**values, "installment_state": None} if self.vendor_collection else values
