import logging
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...tools.activity import tell_once
from ...tools.api.client import Connection, SupplierClient
from ...tools.api.errors import SupplierError
from ...tools.api.settlement import LONGEST_PERIOD, PAGE_SIZE, StatementPage
from ...tools.api.wire import FARTHEST_DAY
from ..common.company_day import get_company_today
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Days before the last import that are imported again, for entries that Supplier adds late.
OVERLAP = 7
# Days from today that the forecast covers at least.
HORIZON = 90
ENTRIES_PER_COMMIT = 500


class _Pull(NamedTuple):
    """All that an import needs, so that no transaction is open while Supplier answers.

    :param periods: (first day, last day) of each query
    """

    connection: Connection
    periods: list
    today: object


class SupplierCreditAgreement(models.Model):
    """Import of the statement from Supplier's service (parameter 2.5)."""

    _inherit = "supplier.credit.agreement"

    settlement_cursor = fields.Date(
        string="Settlements Imported Up To",
        readonly=True,
        copy=False,
        help="All entries up to this day were imported; the next import begins some days before.",
    )
    settlements_pulled_at = fields.Datetime(
        string="Last Import of Settlements", readonly=True, copy=False
    )
    settlement_requested = fields.Boolean(readonly=True, copy=False)
    settlement_error = fields.Text(
        readonly=True, copy=False, help="Why the last import of settlements failed."
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_import_settlements(self):
        """Import the statement now, independently of parameter 2.5.

        :return: a notification; the import runs in its cron
        :raise UserError: naming the agreement under which nothing can be imported at present
        """
        self.env["supplier.credit.settlement"]._check_may_settle()
        self.check_access("read")
        for agreement in self.sudo():
            if not agreement.enabled or agreement.queue_stopped:
                raise UserError(agreement._describe_hold())
            agreement.settlement_requested = True
        self.env.ref("supplier_credit.ir_cron_import_settlements").sudo()._trigger(
            get_now(self.env)
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The import has begun. The statements appear in the list in a moment."
                ),
            },
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_import_settlements(self):
        """Import due statements, match their entries, and confirm stored entries to Supplier."""
        cron = self.env["ir.cron"]
        due = self._filter_settlement_due().ids
        active = self.search([("enabled", "=", True)]).ids
        cron._commit_progress(remaining=len(due))
        for agreement_id in due:
            self.browse(agreement_id)._pull_settlements()
            if not cron._commit_progress(1):
                return
        for agreement_id in active:
            self.browse(agreement_id)._match_settlements()
            self.browse(agreement_id)._acknowledge_settlements()
            cron._commit_progress()

    @api.model
    def _filter_settlement_due(self):
        now = fields.Datetime.now()
        active = self.search([("enabled", "=", True), ("queue_stopped", "=", False)])
        return active.filtered(
            lambda agreement: (not agreement.paused_until or agreement.paused_until <= now)
            and (agreement.settlement_requested or agreement._is_settlement_interval_over(now))
        )

    def _is_settlement_interval_over(self, now):
        hours = self.settlement_interval_hours
        last = self.settlements_pulled_at
        return bool(hours) and (not last or last + timedelta(hours=hours) <= now)

    def _pull_settlements(self):
        """Import the statement page by page; each is committed before the next is requested.

        The cursor moves when a period is complete, so that a failed page is imported again.
        """
        self.ensure_one()
        pull = self._prepare_pull()
        self.env["ir.cron"]._commit_progress()
        client = SupplierClient(pull.connection)
        try:
            for first, last in pull.periods:
                self._pull_period(client, first, last)
                reached = min(last, pull.today)
                self._in_own_transaction(lambda own, day=reached: own._move_settlement_cursor(day))
        except Exception as error:
            if not isinstance(error, SupplierError):
                _logger.exception("Settlements of agreement %s could not be stored", self.id)
            failure = error
            self._in_own_transaction(lambda own: own._store_import_failure(failure))
        else:
            self._in_own_transaction(lambda own: own._store_import_success())

    def _pull_period(self, client, first, last):
        number, has_more = 1, True
        while has_more:
            body = client.fetch(
                "settlement_list",
                {
                    "dataInicial": first.isoformat(),
                    "dataFinal": last.isoformat(),
                    "pagina": number,
                    "tamanho": PAGE_SIZE,
                },
            )
            page = StatementPage.from_wire(body)
            self._in_own_transaction(lambda own, page=page: own._store_page(page))
            self._commit_step()
            number, has_more = number + 1, page.has_more

    def _commit_step(self):
        """Report progress to the host; return the seconds that are left.

        The host suspends a job that is killed three times without progress until its next regular
        time; a job that made progress is continued at once.
        """
        progress = self.env["ir.cron.progress"].sudo()
        remaining = progress.browse(self.env.context.get("ir_cron_progress_id")).remaining
        return self.env["ir.cron"]._commit_progress(1, remaining=remaining)

    def _in_own_transaction(self, function):
        """Call a function with this agreement in a separate transaction, which is committed.

        The agreement is in the language of its responsible.
        """
        agreement_id = self.id
        messages = self.env["supplier.credit.message"]

        def call(model):
            agreement = model.env[self._name].browse(agreement_id)
            return function(agreement.with_context(**agreement._get_reader_context()))

        return messages._in_own_transaction(call)

    def _prepare_pull(self):
        today = get_company_today(self.company_id)
        entries = self.env["supplier.credit.settlement.entry"]
        waiting = [("agreement_id", "=", self.id), ("state", "=", "future"), ("date", "<=", today)]
        known_from = self.settlement_cursor or self.create_date.date()
        first = min(known_from, today) - timedelta(days=OVERLAP)
        # Days of announced entries that are over and never became effective are imported again.
        overdue = entries.search(waiting, order="date", limit=1)
        first = min(first, overdue.date or first)
        calendar = self.env["supplier.credit.transaction.installment"].search(
            [("transaction_id.agreement_id", "=", self.id)], order="transfer_date desc", limit=1
        )
        end = max(today + timedelta(days=HORIZON), calendar.transfer_date or today)
        # One date of another century would make thousands of requests.
        farthest = timedelta(days=FARTHEST_DAY)
        first, end = max(first, today - farthest), min(end, today + farthest)
        periods = []
        while first <= end:
            last = min(first + timedelta(days=LONGEST_PERIOD - 1), end)
            periods.append((first, last))
            first = last + timedelta(days=1)
        return _Pull(self._get_connection(), periods, today)

    def _store_page(self, page):
        """Store the entries of a page, and list those that cannot be read.

        :param page: `tools.api.settlement.StatementPage`
        """
        self.env["supplier.credit.settlement.entry"]._store(self, page.entries, "api")
        findings = self.env["supplier.credit.finding"]
        findings._end(self, "entry", [line.external_id for line in page.entries])
        new = findings.browse()
        for unread in page.unread:
            new |= findings._report(
                self,
                "entry",
                unread.code,
                problem=self.env._(
                    "Entry %(entry)s of Supplier's statement cannot be read and was not booked; "
                    "the others were. Tell Supplier. It is read again with every import; set it "
                    "aside if Supplier withdraws it.\n%(problem)s",
                    entry=unread.code,
                    problem=unread.problem.replace("\0", ""),
                ),
                body=findings._dump(unread.body),
            )
        if new:
            tell_once(
                self,
                self._get_responsible(),
                self.env._("Entries of the statement cannot be read"),
                "\n".join(new.mapped("problem")),
            )

    def _move_settlement_cursor(self, day):
        if not self.settlement_cursor or self.settlement_cursor < day:
            self.settlement_cursor = day

    def _store_import_success(self):
        self.write(
            {
                "settlements_pulled_at": fields.Datetime.now(),
                "settlement_requested": False,
                "settlement_error": False,
            }
        )

    def _store_import_failure(self, error):
        """Show why the import failed; the next run tries again.

        :param error: the exception
        """
        reason = self._describe_import_failure(error)
        self.settlement_error = self.env._(
            "The import of settlements stopped and is tried again by itself; what was fetched "
            "before is kept.\n%(reason)s",
            reason=reason.replace("\0", ""),
        )
        _logger.info("Import of settlements of agreement %s: %s", self.id, error)
        if isinstance(error, SupplierError):
            self._hold_queue(error, reason)

    def _describe_import_failure(self, error):
        if not isinstance(error, SupplierError):
            return str(error)
        if error.kind == "malformed_answer":
            return self.env._(
                "Supplier's statement cannot be read: %(error)s. Tell Supplier.", error=error
            )
        return self._describe_error(error)

    def _match_settlements(self):
        """Match the undecided entries in batches, each of which is committed."""
        undecided = self.env["supplier.credit.settlement.entry"].search(
            [("agreement_id", "=", self.id), ("state", "in", ("open", "proposed"))], order="id"
        )
        # Statements without undecided entries are updated, too.
        imported = self.env["supplier.credit.settlement"].search(
            [("agreement_id", "=", self.id), ("state", "=", "imported")]
        )
        entry_ids, imported_ids = undecided.ids, imported.ids
        for chunk in split_every(ENTRIES_PER_COMMIT, entry_ids):
            self._in_own_transaction(
                lambda own, ids=chunk: own.env["supplier.credit.settlement.entry"]
                .browse(ids)
                ._match()
            )
            self._commit_step()
        self._in_own_transaction(
            lambda own: own.env["supplier.credit.settlement"]
            .browse(imported_ids)
            ._sync_with_entries()
        )
