import logging

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class SupplierCreditAbstractProcessing(models.AbstractModel):
    """Work that is done as a whole or not at all, and whose failure is shown on the record."""

    _name = "supplier.credit.abstract.processing"
    _description = "Processing in a Savepoint"

    # For each `processing_state`, those that it may follow; for models with this field.
    _processing_transitions = {
        "none": {"done"},
        "to_process": {"none", "done", "error"},
        # A refused request is credited without ever having been approved.
        "done": {"none", "to_process", "error"},
        "error": {"to_process"},
    }

    def _move_processing_to(self, state, **values):
        """Change the state of the processing, and write values with it.

        :raise UserError: naming the record, its state and the refused one
        """
        for record in self:
            known = record.processing_state
            if known != state and known not in self._processing_transitions[state]:
                raise UserError(
                    self.env._(
                        "The processing of %(record)s is %(old)s and cannot become %(new)s.",
                        record=record.display_name,
                        old=record._selection_label("processing_state"),
                        new=record._selection_label("processing_state", state),
                    )
                )
        self.write({"processing_state": state, **values})

    def _process_in_savepoint(self, process, show=None):
        """Do something with this record; if it fails, undo it and show why.

        What failed because another transaction was faster is raised, so that the host tries again.

        :param process: called without parameters
        :param show: called with the reason as text; `_show_failure` if not given
        :return: whether it was done
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                process()
        except (UserError, ValidationError) as error:
            reason = str(error)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("%s could not be processed", self)
            reason = self._describe_unexpected(error)
        else:
            return True
        (show or self._show_failure)(reason)
        return False

    def _show_failure(self, reason):
        """Show on the record why it could not be processed."""
        self.error = reason

    def _describe_unexpected(self, error):
        """Return what users are shown of an error that nobody foresaw."""
        return repr(error)
