from odoo import models
from odoo.exceptions import AccessError

from ...const import MANAGER_GROUP
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
        """Raise AccessError if one of these is a PDF of an invoice that Supplier withholds.

        :raise AccessError: naming the invoice and what to wait for
        """
        for attachment in self.sudo():
            if attachment.mimetype != PDF or not attachment.res_id:
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
        if attachment.res_model == Move._name:
            return Move.browse(attachment.res_id).exists()
        if attachment.res_model == "mail.message":
            message = self.env["mail.message"].sudo().browse(attachment.res_id).exists()
            if message.model == Move._name:
                return Move.browse(message.res_id).exists()
        return Move
