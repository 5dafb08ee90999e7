from odoo import models
from odoo.exceptions import UserError

from ...const import OCA_DOCUMENT, OCA_EVENT

# Writing one of these on a fiscal document, or on its event, may change the state of its NF-e.
DOCUMENT_FIELDS = frozenset({"authorization_event_id", "document_key", "state_edoc"})
EVENT_FIELDS = frozenset({"file_response_id"})


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
            _replace(documents, "write", _write_document)
            _replace(documents, "cancel_move_ids", _cancel_move_ids)
        events = self.env.registry.get(OCA_EVENT)
        if events is not None:
            _replace(events, "write", _write_event)

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
        """Refresh the invoices and returns of fiscal documents that have changed."""
        moves = self.sudo()._find_oca_invoices(documents._name, documents.ids)
        ours = moves._filter_supplier_credit() | moves.filtered("supplier_return_transaction_id")
        ours._refresh_sefaz_state()

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


def _replace(model_class, name, replacement):
    """Put a function around a method of a finished class, once.

    :param replacement: called with the original method and its arguments
    """
    original = getattr(model_class, name, None)
    if original is None or hasattr(original, "supplier_origin"):
        return

    def method(self, *args, **options):
        return replacement(original, self, *args, **options)

    method.supplier_origin = original
    setattr(model_class, name, method)


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


def _cancel_move_ids(cancel_move_ids, documents):
    """Cancel the entries of documents that SEFAZ cancelled or denied, but those Supplier has.

    SEFAZ's word stands: refused here, it would be lost, and cannot be had again after 24 hours.
    """
    kept = documents.sudo().move_ids._filter_registered_at_supplier()
    kept._keep_cancelled_at_sefaz()
    others = documents.filtered(lambda document: not document.sudo().move_ids & kept)
    return cancel_move_ids(others)
