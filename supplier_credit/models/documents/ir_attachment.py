from odoo import models
from odoo.exceptions import AccessError

from ...const import MANAGER_GROUP, OCA_EVENT
from .account_move_documents import PDF


class IrAttachment(models.Model):
    """Withholds the files of invoices that Supplier has not approved.

    Downloads by id run as superuser once a token fits, so the content is withheld, not the record.
    """

    _inherit = "ir.attachment"

    def _compute_raw(self):
        if not self.env.su:
            self._check_not_withheld_by_supplier()
        return super()._compute_raw()

    def _to_http_stream(self):
        self._check_not_withheld_by_supplier()
        return super()._to_http_stream()

    def _check_not_withheld_by_supplier(self):
        """Raise AccessError if one of these belongs to an invoice that Supplier withholds.

        These are PDFs, and the authorised XML that OCA keeps at SEFAZ's event: anybody draws a
        DANFE from it.

        :raise AccessError: naming the invoice and what to wait for
        """
        for attachment in self.sudo():
            is_pdf = attachment.mimetype == PDF
            if not attachment.res_id or not (is_pdf or self._is_oca_authorisation(attachment)):
                continue
            if attachment.res_field == "supplier_withdrawn_file":
                self._check_may_see_withdrawn(attachment)
            elif move := self._find_invoice(attachment)._filter_withheld():
                raise AccessError(move._describe_withheld())

    def _check_may_see_withdrawn(self, attachment):
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    "%(file)s was drawn before Supplier approved the sale and no longer shows what "
                    "the customer owes. Print the invoice again.",
                    file=attachment.name,
                )
            )

    def _find_invoice(self, attachment):
        """Return the invoice that this attachment, or the message with it, belongs to."""
        Move = self.env["account.move"].sudo()
        model, identifier = attachment.res_model, attachment.res_id
        if model == "mail.message":
            message = self.env["mail.message"].sudo().browse(identifier).exists()
            model, identifier = message.model, message.res_id
        if model == Move._name:
            return Move.browse(identifier).exists()
        return Move._find_oca_invoices(model, [identifier])

    def _is_oca_authorisation(self, attachment):
        """Return whether this is what SEFAZ answered to OCA's document; what is sent is no NF-e."""
        if attachment.res_model != OCA_EVENT or OCA_EVENT not in self.env:
            return False
        event = self.env[OCA_EVENT].sudo().browse(attachment.res_id).exists()
        return event.file_response_id == attachment
