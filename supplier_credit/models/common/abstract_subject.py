from datetime import timedelta

from odoo import api, fields, models

from ...tools.api.errors import MalformedAnswer
from ...tools.api.wire import OPERATIONS
from .supplier_user import check_supplier_user


class SupplierCreditAbstractSubject(models.AbstractModel):
    """A record about which messages are exchanged with Supplier.

    The methods at the end are called by the messages; each model implements its own.
    """

    _name = "supplier.credit.abstract.subject"
    _description = "Record Exchanged with Supplier"
    _inherit = ["mail.thread", "supplier.credit.abstract.state"]

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, readonly=True, index=True
    )
    code = fields.Char(
        string="Supplier's Code",
        readonly=True,
        index="btree_not_null",
        tracking=True,
        help="Supplier's identifier of the record, for queries.",
    )
    reason = fields.Char(readonly=True, help="Why Supplier refused, in its own words.")
    error = fields.Text(
        readonly=True,
        help="Why the last message could not be delivered or applied, and what to do.",
    )

    queried_at = fields.Datetime(
        string="Last Query", readonly=True, help="When Supplier was last queried about the record."
    )
    message_log_ids = fields.One2many(
        comodel_name="supplier.credit.message",
        inverse_name="res_id",
        string="Log",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        help="The messages exchanged with Supplier about the record.",
    )

    def _check_may_send(self):
        """Refuse users who may not send messages about these records.

        :raise AccessError: as `check_supplier_user`
        """
        check_supplier_user(self)

    @api.model
    def _query_in_analysis(
        self, operation, *, interval="query_interval_minutes", states=("in_analysis",)
    ):
        """Query the records in analysis whose last query is an interval ago.

        :param operation: the query, a key of `tools.api.wire.OPERATIONS`
        :param interval: the agreement's field with the interval in minutes, 0 for never
        :param states: the states in which Supplier has not decided yet
        """
        cron = self.env["ir.cron"]
        for agreement in self.env["supplier.credit.agreement"].search(
            [("enabled", "=", True), (interval, ">", 0)]
        ):
            before = fields.Datetime.now() - timedelta(minutes=agreement[interval])
            waiting = self.search(
                [
                    ("agreement_id", "=", agreement.id),
                    ("state", "in", states),
                    ("code", "!=", False),
                    "|",
                    ("queried_at", "=", False),
                    ("queried_at", "<=", before),
                ]
            )
            cron._commit_progress(remaining=len(waiting))
            for record in waiting.with_prefetch():
                if not self.env["supplier.credit.message"]._find_open(record, operation):
                    record._queue_message(agreement, operation, None)
                if not cron._commit_progress(1):
                    return

    def _queue_message(self, agreement, operation, body):
        """Create a message in the user's own transaction.

        It is sent after the commit, or by the cron, and never if the transaction rolls back.

        :param agreement: the `supplier.credit.agreement` to send under
        :param operation: a key of `tools.api.wire.OPERATIONS`
        :param body: the request as `to_wire()` returns it, None for a query
        :return: the message
        """
        if OPERATIONS[operation].method == "GET":
            self.sudo().queried_at = fields.Datetime.now()
        messages = self.env["supplier.credit.message"].sudo()
        return messages.create(self._prepare_message(agreement, operation, body))

    def _query_once(self, operation):
        """Query this record, unless a query about it waits.

        :param operation: a key of `tools.api.wire.OPERATIONS`
        """
        self.ensure_one()
        if not self._find_open_message(operation):
            self._queue_message(self.agreement_id, operation, None)

    def _find_open_message(self, operation):
        """Return the message of an operation on this record that is not finished; empty without."""
        return self.env["supplier.credit.message"]._find_open(self, operation)[:1]

    def _prepare_message(self, agreement, operation, body):
        """Return the values of a message; see `_queue_message`."""
        self.ensure_one()
        return {
            "agreement_id": agreement.id,
            "operation": operation,
            "partner_id": self.partner_id.id,
            "res_model": self._name,
            "res_id": self.id,
            "request": self.env["supplier.credit.message"]._dump(body),
        }

    def _get_resource(self):
        """Return the identifier of the record in the API's paths."""
        return self.code or ""

    def _get_known_codes(self, operation):
        """Return Supplier's codes of what a request of this record is not about.

        Of the others with the same order, NF-e or sale one may be what the request asks for.
        """
        return [self.code] if self.code else []

    def _get_obstacle(self, message):
        """Return why a message that was never attempted must not be sent any more, or False."""
        return False

    def _apply_answer(self, message, body):
        """Apply Supplier's answer to the record.

        :param body: the answer's JSON
        :raise MalformedAnswer: nothing is applied; the answer stays with the message
        """
        raise NotImplementedError

    def _check_code_is_free(self, code):
        """Refuse a code that another record under the same agreement has.

        :raise MalformedAnswer: naming that record
        """
        if not code or code == self.code:
            return
        other = self.sudo().search(
            [
                ("agreement_id", "=", self.agreement_id.id),
                ("code", "=", code),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if other:
            raise MalformedAnswer(f"code {code} is that of {other.display_name} already")

    def _get_error_values(self, message, state):
        """Return the values that end the problem shown here, by an answer with a state.

        A query that tells nothing new leaves a refusal on the record, so that it can be read.
        """
        is_query = OPERATIONS[message.operation].method == "GET" if message else False
        if is_query and state == self.state and message.attempts <= 1:
            return {}
        return {"error": False}

    def _note_found(self, code):
        """Note that Supplier had this record already, so that nothing was sent."""
        self.message_post(
            body=self.env._(
                "Supplier had this already as %(code)s, so nothing was sent. It was sent from "
                "here before, perhaps before a backup was restored.",
                code=code,
            )
        )

    def _apply_rejection(self, message, reason):
        """Undo what waited for the answer, so that the user can correct and send again.

        :param reason: Supplier's, as users read it
        """
        raise NotImplementedError

    def _show_error(self, text):
        """Show a problem on the record; nothing else changes."""
        self.error = text

    def _show_problem(self, message, text):
        """Show on the record why a message could not be delivered or applied."""
        raise NotImplementedError
