from odoo import api, models
from odoo.exceptions import UserError

from ...const import OCA_DOCUMENT, OCA_EVENT
from ...tools.finished_class import replace_method
from ...tools.worth import is_value_changed

# Writing one of these on a fiscal document, or on its event, may change the state of its NF-e.
DOCUMENT_FIELDS = frozenset({"authorization_event_id", "document_key", "state_edoc"})
EVENT_FIELDS = frozenset({"file_response_id"})
OCA_LINE = "l10n_br_fiscal.document.line"
OCA_DRAFT = "em_digitacao"


class AccountMove(models.Model):
    """What OCA's fiscal documents say to their invoices, and what they may do to them.

    OCA's localisation is no dependency, and its documents change without a write on their invoices.
    Its addons may be loaded after this one, so that the methods of the finished classes are
    replaced, as those of its DANFE are.
    """

    _inherit = "account.move"

    def _register_hook(self):
        super()._register_hook()
        documents = self.env.registry.get(OCA_DOCUMENT)
        if documents is not None:
            replace_method(documents, "write", _write_document)
            replace_method(documents, "cancel_move_ids", _cancel_move_ids)
        lines = self.env.registry.get(OCA_LINE)
        if lines is not None:
            replace_method(lines, "write", _write_line)
        events = self.env.registry.get(OCA_EVENT)
        if events is not None:
            replace_method(events, "write", _write_event)

    def _filter_registered_at_supplier(self):
        """Return those of these documents that `_check_not_sent_to_supplier` keeps as they are."""

        def is_registered(move):
            try:
                move._check_not_sent_to_supplier()
            except UserError:
                return True
            return False

        return self.filtered(is_registered)

    def _follow_oca_documents(self, documents):
        """Refresh the invoices and returns of fiscal documents that have changed.

        Without bearers of Supplier's this costs no query.
        """
        if not self.env["account.payment.method.line"]._get_supplier_bearer_ids():
            return
        moves = self.sudo()._find_oca_invoices(documents._name, documents.ids)
        ours = moves._filter_supplier_credit() | moves.filtered("supplier_return_transaction_id")
        ours._refresh_sefaz_state()

    @api.model
    def _check_oca_lines_open(self, lines, vals):
        """Refuse users who change fiscal details of items of sales that Supplier may have.

        What is still being typed costs no query.

        :raise UserError: as `_check_not_registered_at_supplier`
        """
        issued = lines.filtered(lambda line: line.document_id.state_edoc != OCA_DRAFT)
        if lines.env.su or not issued:
            return
        changed = issued.filtered(
            lambda line: any(
                is_value_changed(line, name, value)
                for name, value in vals.items()
                if name in line._fields
            )
        )
        moves = self.sudo()._find_oca_invoices(OCA_DOCUMENT, changed.document_id.ids)
        moves.filtered(lambda move: move._has_supplier_lock())._check_not_registered_at_supplier()

    def _keep_cancelled_at_sefaz(self):
        """Note that these documents stay posted, though SEFAZ has cancelled or denied them."""
        self._refresh_sefaz_state()
        for move in self:
            move.message_post(
                body=self.env._(
                    "The fiscal document is cancelled or denied at SEFAZ. The entry stays posted, "
                    "because Supplier has it: what Supplier decides about the cancellation takes "
                    "it back. See Post-Sales."
                )
            )


def _write_document(write, documents, vals):
    result = write(documents, vals)
    if not DOCUMENT_FIELDS.isdisjoint(vals):
        documents.env["account.move"]._follow_oca_documents(documents)
    return result


def _write_event(write, events, vals):
    result = write(events, vals)
    if not EVENT_FIELDS.isdisjoint(vals):
        documents = events.sudo().document_id
        documents.env["account.move"]._follow_oca_documents(documents)
    return result


def _write_line(write, lines, vals):
    lines.env["account.move"]._check_oca_lines_open(lines, vals)
    return write(lines, vals)


def _cancel_move_ids(cancel_move_ids, documents):
    """Cancel the entries of documents that SEFAZ cancelled or denied, but those Supplier has.

    SEFAZ's word stands: refused here, it would be lost, and cannot be had again after 24 hours.
    """
    kept = documents.sudo().move_ids._filter_registered_at_supplier()
    kept._keep_cancelled_at_sefaz()
    others = documents.filtered(lambda document: not document.sudo().move_ids & kept)
    return cancel_move_ids(others)
