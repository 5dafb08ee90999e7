from odoo import api, models

from ...const import OCA_DOCUMENT, OCA_EVENT
from ...tools.fiscal.fiscal_identity import FiscalIdentity

# OCA's purposes of a document that raises an earlier one: complement, and debit.
OCA_RAISING = ("2", "6")


class AccountMove(models.Model):
    """Which NF-e is an invoice's, as the localisation says that the company has; none is needed.

    An invoice has a fiscal document of OCA's l10n_br_fiscal, which numbers it and makes its access
    key; or a document type and number of core's l10n_latam, in journals that use them; or neither,
    and then its NF-e itself says everything. Each is recognised by its fields.
    """

    _inherit = "account.move"

    def _get_fiscal_identity(self):
        """Return the FiscalIdentity of this document, by the first localisation that has one."""
        self.ensure_one()
        return self._read_oca_identity() or self._read_core_identity() or self._read_nfe_identity()

    def _read_oca_identity(self):
        """Return what OCA's fiscal document says, None without one."""
        document = self._get_oca_document()
        if not document:
            return None
        total = document.fiscal_amount_total
        if document.document_key:
            return FiscalIdentity.of_key(document.document_key, total)
        return FiscalIdentity(
            total,
            document.document_type_id.code or "",
            document.document_serie or None,
            _read_number(document.document_number),
        )

    def _read_core_identity(self):
        """Return what core's document type and number say, None in a journal without them."""
        if not self._has_latam_document():
            return None
        return FiscalIdentity(
            self.amount_total,
            self.l10n_latam_document_type_id.code or "",
            self._get_latam_series(),
            _read_number(self.l10n_latam_document_number),
            takes_number=True,
        )

    def _read_nfe_identity(self):
        """Return what the NF-e says that was taken over; without one, nothing but the total."""
        if not self.supplier_nfe_key:
            return FiscalIdentity(self.amount_total)
        return FiscalIdentity.of_key(self.supplier_nfe_key, self.amount_total)

    def _get_oca_document(self):
        """Return the fiscal document of OCA's localisation, None without one."""
        if "fiscal_document_id" not in self._fields:
            return None
        return self.sudo().fiscal_document_id or None

    @api.model
    def _find_oca_invoices(self, model, ids):
        """Return the documents of OCA's fiscal documents, or of their events; none of others.

        :param model: of the records with these ids
        """
        if model not in (OCA_DOCUMENT, OCA_EVENT) or "fiscal_document_id" not in self._fields:
            return self.browse()
        if model == OCA_EVENT:
            ids = self.env[OCA_EVENT].sudo().browse(ids).exists().document_id.ids
        return self.search([("fiscal_document_id", "in", ids)])

    def _get_oca_records(self):
        """Return [(model, ids)] of these documents' fiscal documents and their events."""
        if "fiscal_document_id" not in self._fields:
            return []
        documents = self.sudo().fiscal_document_id
        events = documents.event_ids if "event_ids" in documents._fields else documents.browse()
        return [(OCA_DOCUMENT, documents.ids), (OCA_EVENT, events.ids)]

    def _has_latam_document(self):
        """Return whether core's localisation numbers this invoice."""
        self.ensure_one()
        return "l10n_latam_use_documents" in self._fields and self.l10n_latam_use_documents

    def _get_latam_series(self):
        if "l10n_br_invoice_serial" not in self.journal_id._fields:
            return None
        return self.journal_id.l10n_br_invoice_serial or None

    def _gets_oca_key(self):
        """Return whether OCA's electronic invoicing is still to make the document's key."""
        document = self._get_oca_document()
        return (
            document is not None
            and not document.document_key
            and "authorization_event_id" in document._fields
            and document.document_electronic
            and document.issuer == "company"
        )

    def _has_raising_document(self):
        """Return whether the localisation says that this raises an earlier invoice."""
        if document := self._get_oca_document():
            return document.edoc_purpose in OCA_RAISING
        return (
            self._has_latam_document()
            and self.l10n_latam_document_type_id.internal_type == "debit_note"
        )


def _read_number(text):
    """Return a document number as an integer, None without one."""
    found = "".join(filter(str.isdigit, text or ""))
    return int(found) if found else None
