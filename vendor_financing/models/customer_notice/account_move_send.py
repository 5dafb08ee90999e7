from odoo import models

TEMPLATE = "vendor_financing.mail_template_invoice_at_bank"


class AccountMove(models.Model):
    """The mail of an invoice that a bank collects: the host's asks to pay the company."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_mail_template(self):
        """Return the template that names the bank, unless somebody has deleted it."""
        if self and all(move.vendor_collection for move in self):
            template = self.env.ref(TEMPLATE, raise_if_not_found=False)
            if template:
                return template
        return super()._get_mail_template()

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Head the mail with the amount of the invoice, and not with a due date at sight."""
        context = super()._notify_by_email_prepare_rendering_context(message, *args, **kwargs)
        if self.vendor_collection:
            amount = self.currency_id.with_context(lang=context.get("lang")).format(
                self.amount_total
            )
            context["subtitles"] = [*context["subtitles"][:1], amount]
        return context
