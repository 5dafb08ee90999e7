from odoo import models

from .account_move_documents import PDF


class AccountMove(models.Model):
    """Files and e-mails of invoices on Supplier's credit, behind the gate."""

    _inherit = "account.move"

    def _is_ready_to_be_sent(self):
        return super()._is_ready_to_be_sent() and not self._filter_withheld()

    def _get_invoice_pdf_proforma(self):
        self._check_not_withheld()
        return super()._get_invoice_pdf_proforma()

    def _get_invoice_legal_documents(self, filetype, allow_fallback=False):
        # Other types are the XML files that the law requires to be delivered.
        if filetype == "pdf":
            self._check_not_withheld()
        return super()._get_invoice_legal_documents(filetype, allow_fallback=allow_fallback)

    def _get_invoice_legal_documents_all(self, allow_fallback=False):
        # Without a fallback the host reads existing files, also for the print menu, and gets them
        # without the PDF; see `_get_invoice_extra_attachments`.
        if allow_fallback:
            self._check_not_withheld()
        return super()._get_invoice_legal_documents_all(allow_fallback=allow_fallback)

    def _get_mail_template(self):
        """Return a template that asks for no payment, for invoices that Supplier charges."""
        if self and self._filter_charged_by_supplier() == self:
            return self.env.ref("supplier_credit.mail_template_supplier_invoice")
        return super()._get_mail_template()

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Leave the due date out of the e-mail's heading."""
        context = super()._notify_by_email_prepare_rendering_context(message, *args, **kwargs)
        if self._filter_charged_by_supplier():
            heading = list(context.get("subtitles") or [])
            amount = self.currency_id.with_context(lang=context.get("lang")).format(
                self.amount_total
            )
            context["subtitles"] = [*heading[:1], amount]
        return context


class AccountMoveSend(models.AbstractModel):
    """Send & Print, by the wizards and by the cron."""

    _inherit = "account.move.send"

    def _get_move_constraints(self, move):
        constraints = super()._get_move_constraints(move)
        if move._filter_withheld():
            constraints["supplier_not_approved"] = move._describe_withheld()
        return constraints

    def _get_invoice_extra_attachments(self, move):
        attachments = super()._get_invoice_extra_attachments(move)
        if attachments and move._filter_withheld():
            return attachments.filtered(lambda attachment: attachment.mimetype != PDF)
        return attachments

    def _get_default_mail_body(self, move, mail_template, mail_lang):
        """Replace the host's template, which asks for payment, if Supplier charges the invoice."""
        if move._filter_charged_by_supplier() and mail_template == self.env.ref(
            "account.email_template_edi_invoice", raise_if_not_found=False
        ):
            mail_template = move._get_mail_template()
        return super()._get_default_mail_body(move, mail_template, mail_lang)

    def _generate_and_send_invoices(self, moves, from_cron=False, **kwargs):
        """Leave withheld invoices out of the cron's sending, so that the others are sent."""
        if from_cron and (withheld := moves._filter_withheld()):
            for move in withheld:
                move.sending_data = False
                move.message_post(body=move._describe_withheld())
            moves -= withheld
        return super()._generate_and_send_invoices(moves, from_cron=from_cron, **kwargs)
