import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import TIME_ZONE

_logger = logging.getLogger(__name__)

# Records done in one transaction; one by one where one of them cannot be.
CHUNK = 50
# Pause while somebody else is changing what an item is about.
BUSY_PAUSE = timedelta(minutes=1)


class ResellerBillingJobItem(models.Model):
    """One record of background work: a contract to be billed, or a client to be imported."""

    _name = "reseller.billing.job.item"
    _description = "Record of Background Work"
    _inherit = "reseller.billing.abstract.guard"
    _order = "job_id desc, number, id"

    job_id = fields.Many2one(
        comodel_name="reseller.billing.job",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(related="job_id.kind")
    company_id = fields.Many2one(related="job_id.company_id", store=True, index=True)
    number = fields.Integer(readonly=True)
    name = fields.Char(readonly=True)
    month = fields.Date(
        readonly=True, help="First day of the reference month; empty for all that is due."
    )
    date_due = fields.Date(string="Due Date", readonly=True)
    data = fields.Json(readonly=True, help="Of the client in the file.")
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True, ondelete="set null"
    )
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        string="Status",
        required=True,
        readonly=True,
        default="waiting",
    )
    message = fields.Text(string="Details", readonly=True)

    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _process_waiting(self, kind):
        """Do what waits, a chunk in each transaction. Called by crons.

        :return: whether there was time for all of it
        """
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        ids = self.search([("state", "=", "waiting"), ("job_id.kind", "=", kind)], order="id").ids
        cron = self.env["ir.cron"]
        if ids:
            cron._commit_progress(remaining=len(ids))
        is_busy = False
        for start in range(0, len(ids), CHUNK):
            chunk = self.browse(ids[start : start + CHUNK]).try_lock_for_update()
            chunk = chunk.filtered(lambda item: item.state == "waiting")
            is_busy |= not chunk._process()
            chunk.job_id._notify_progress()
            if not cron._commit_progress(len(ids[start : start + CHUNK])):
                return start + CHUNK >= len(ids)
        if is_busy:
            self.env["reseller.billing.job"]._trigger(kind, BUSY_PAUSE)
        return True

    def _process(self):
        """Do these items, in one savepoint; where that fails, each in its own.

        :return: False if somebody else is changing what one of them is about
        """
        if not self:
            return True
        try:
            with self.env.cr.savepoint():
                self._process_kind()
                self.env.flush_all()
            return True
        except (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            return False
        except Exception as error:
            if len(self) == 1:
                self._store_failure(error)
                return True
        return all([item._process() for item in self])

    def _process_kind(self):
        """Do these items, all of one kind, all or none."""
        for kind, items in self.grouped("kind").items():
            match kind:
                case "faturas":
                    items._issue_faturas()
                case "clients":
                    items._import_clients()

    def _store_failure(self, error):
        """Store why an item could not be done; it is told with the end of the work."""
        self.ensure_one()
        if not isinstance(error, (UserError, ValidationError)):
            _logger.exception("Background work: item %s could not be done", self.id)
        self.write({"state": "failed", "message": str(error)})
        if self.kind == "faturas":
            self._store_contract_error(error)
