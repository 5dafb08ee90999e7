import re

from odoo import fields, models
from odoo.exceptions import UserError

from ...const import BEARER_FIELD, MANAGER_GROUP
from ..common.user_language import in_user_language

PDF = "application/pdf"


class AccountMove(models.Model):
    """When the documents of a sale on Supplier's credit may leave. Seed 001, "Faturamento", 2.

    No document that goods could travel with is drawn or downloaded before Supplier approved the
    transaction: no DANFE, no invoice, no proforma. Drafts are refused, too, because their print is
    a proforma. A document that was drawn before the approval is withdrawn, because it shows due
    dates that Supplier sets.
    """

    _inherit = "account.move"

    # Never written: withdrawn attachments are moved to this field, whose groups hide them. They are
    # not deleted, because the host's audit trail may require them.
    supplier_withdrawn_file = fields.Binary(
        string="Documents Withdrawn",
        attachment=True,
        readonly=True,
        copy=False,
        groups=MANAGER_GROUP,
        help="PDF files that were drawn before Supplier approved the transaction.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_charged_by_supplier(self):
        """Return whether Supplier charges this invoice; see `_filter_charged_by_supplier`."""
        self.ensure_one()
        return bool(self._filter_charged_by_supplier())

    def _filter_charged_by_supplier(self):
        """Return the invoices that Supplier charges.

        Decided by the bearer, by a transaction under way or approved, and by the order: an invoice
        of a Supplier order is charged by Supplier also without bearer. Costs no query for invoices
        without relation to Supplier.
        """
        return self._filter_supplier_credit() | self.filtered(
            lambda move: move._is_charged_regardless_of_bearer()
        )

    def _is_charged_regardless_of_bearer(self):
        # Plain columns: only an invoice with an NF-e can have a transaction.
        if self.move_type != "out_invoice" or not (self.supplier_nfe_key or self.supplier_order_id):
            return False
        state = self.sudo().supplier_state
        if state and state != "to_send":
            # After Supplier's rejection the bearer decides.
            return state != "rejected"
        return bool(self.sudo().supplier_order_id._filter_supplier_credit())

    def _filter_not_approved(self):
        return self.filtered(lambda move: move.sudo().supplier_state != "approved")

    def _filter_withheld(self):
        """Return the invoices whose documents are withheld, in print and as files.

        Cancelled invoices are not: no goods travel with a document that says so.
        """
        return (
            self._filter_charged_by_supplier()
            .filtered(lambda move: move.state != "cancel")
            ._filter_not_approved()
        )

    def _check_not_withheld(self):
        """Raise a UserError naming the withheld invoices and their states, if there are any."""
        self._filter_withheld()._refuse_withheld()

    def _refuse_withheld(self):
        if self:
            readable = in_user_language(self)
            raise UserError("\n".join(move._describe_withheld() for move in readable))

    def _describe_withheld(self):
        """Return why the documents of this invoice are withheld, and what to do."""
        self.ensure_one()
        return self.env._(
            "Invoice %(invoice)s and its DANFE can neither be printed nor sent nor downloaded "
            "before Supplier approved its transaction, so that no goods leave without it. Present "
            "state: %(state)s. The invoice's tab Supplier shows what is missing.",
            invoice=self.display_name,
            state=self.sudo().supplier_transaction_id._state_label() or self.env._("not sent"),
        )

    # -------------------------------------------------------------------------
    # WITHDRAWING
    # -------------------------------------------------------------------------

    def _withdraw_documents_after(self, vals):
        """Withdraw the documents of invoices that these written values put on Supplier's credit."""
        if vals.get(BEARER_FIELD):
            self._filter_supplier_credit()._withdraw_documents()

    def _withdraw_documents_of_drafts(self):
        """Withdraw what was drawn of invoices that are posted again.

        A change of the customer may have put them on Supplier's credit without a write.
        """
        self.filtered("posted_before")._filter_supplier_credit()._withdraw_documents()

    def _withdraw_documents(self):
        """Withdraw every PDF that the host drew of these invoices, here and in messages.

        Files that users attached stay. The next print or e-mail draws a new PDF.
        """
        for move in self.sudo():
            attachments = move._find_own_documents()
            if not attachments:
                continue
            attachments.write(
                {
                    "res_model": move._name,
                    "res_id": move.id,
                    "res_field": "supplier_withdrawn_file",
                }
            )
            move._detach_oca_report(attachments)
            if move.message_main_attachment_id in attachments:
                move.message_main_attachment_id = False
            move.invalidate_recordset([*move._get_fields_to_detach(), "invoice_pdf_report_id"])

    def _detach_oca_report(self, attachments):
        """Have OCA's document draw its report again, where it is among these attachments."""
        document = self._get_oca_document()
        if document and "file_report_id" in document._fields:
            if document.file_report_id in attachments:
                document.file_report_id = False

    def _find_own_documents(self):
        """Return the PDF attachments that the host drew of this invoice.

        They are recognised by their field, by the same content in a message, and by the name that
        the host gives them. OCA's fiscal document has none but its own.
        """
        self.ensure_one()
        Attachment = self.env["ir.attachment"]
        attached = Attachment.search(
            [
                ("mimetype", "=", PDF),
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "in", [False, *self._get_fields_to_detach()]),
            ]
        )
        in_messages = Attachment.search(
            [
                ("mimetype", "=", PDF),
                ("res_model", "=", "mail.message"),
                ("res_id", "in", self.message_ids.ids),
            ]
        )
        drawn_by_oca = Attachment.union(
            *(
                Attachment.search(
                    [("mimetype", "=", PDF), ("res_model", "=", model), ("res_id", "in", ids)]
                )
                for model, ids in self._get_oca_records()
            )
        )
        checksums = set(attached.filtered("res_field").mapped("checksum"))
        names = (
            self._get_invoice_report_filename().removesuffix(".pdf"),
            self._get_invoice_proforma_pdf_report_filename().removesuffix("_proforma.pdf"),
        )
        # Also "X_proforma.pdf" and "X (detached by ...).pdf".
        name = re.compile(rf"(?:{'|'.join(map(re.escape, names))})(?:_proforma| \(.*\))?(?:\.pdf)?")
        return drawn_by_oca | (attached | in_messages).filtered(
            lambda attachment: attachment.res_field
            or attachment.checksum in checksums
            or name.fullmatch(attachment.name)
        )
