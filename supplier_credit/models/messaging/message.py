import json
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import MANAGER_GROUP
from ...tools.api.wire import OPERATIONS
from ..common.moment import get_now
from ..common.supplier_user import check_supplier_user

RETRYABLE_STATES = ("waiting", "unknown", "failed")


class SupplierCreditMessage(models.Model):
    """One message to Supplier: its request, its attempts and its result.

    It is created in the user's transaction (transactional outbox), so that nothing is sent for a
    transaction that rolled back, and nothing that was committed is lost.
    """

    _name = "supplier.credit.message"
    _description = "Message to Supplier"
    _inherit = [
        "supplier.credit.abstract.guard",
        "supplier.credit.abstract.state",
        "supplier.credit.abstract.processing",
    ]
    _order = "id desc"
    _transitions = {
        # A failed attempt waits again. A rejected message is final: sending again is a new one.
        "waiting": {"sending", "unknown"},
        "sending": {"waiting", "unknown", "sending"},
        "unknown": {"sending", "failed"},
        "answered": {"sending"},
        "done": {"answered"},
        "rejected": {"answered"},
        "withdrawn": {"waiting"},
        "failed": {"answered", "sending"},
    }

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    operation = fields.Selection(
        selection=[
            ("customer_create", "Register customer"),
            ("customer_limit", "Change limit"),
            ("customer_query", "Query position"),
            ("preauthorization_create", "Send pre-authorization"),
            ("preauthorization_query", "Query pre-authorization"),
            ("preauthorization_change", "Change pre-authorization"),
            ("preauthorization_renew", "Renew pre-authorization"),
            ("preauthorization_cancel", "Cancel pre-authorization"),
            ("preauthorization_release", "Release rest of pre-authorization"),
            ("transaction_create", "Register NF-e"),
            ("transaction_query", "Query transaction"),
            ("post_sale_create", "Send post-sales request"),
            ("post_sale_query", "Query post-sales request"),
        ],
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True, index=True
    )
    idempotency_key = fields.Char(
        required=True,
        readonly=True,
        groups=MANAGER_GROUP,
        copy=False,
        default=lambda self: uuid.uuid4().hex,
        help="Stored before the first attempt, so that Supplier recognises a repetition.",
    )
    # waiting ⇄ sending → answered → done
    #            ⇅   │       ├─────→ rejected (Supplier refused the request)
    #            │   │       ↓
    #            │   └────→ failed (an answer that cannot be used; by hand to unknown)
    #            ↓            │
    #         unknown ←───────┘  queried by idempotency key before anything is sent again
    # waiting → withdrawn, before the first attempt, when its record no longer needs it
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("unknown", "Outcome unknown"),
            ("answered", "Answered"),
            ("done", "Done"),
            ("rejected", "Rejected"),
            ("failed", "Failed"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    request = fields.Text(readonly=True, groups=MANAGER_GROUP)
    response = fields.Text(readonly=True, groups=MANAGER_GROUP)
    refusal = fields.Text(readonly=True, help="Why Supplier refused the request, in its own words.")
    is_found = fields.Boolean(
        string="Found at Supplier",
        readonly=True,
        help="Supplier had it already, as after a backup was restored here: nothing was sent.",
    )
    is_missing = fields.Boolean(
        string="Unknown at Supplier",
        readonly=True,
        help="Supplier does not know the record that the message names.",
    )
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True, default=lambda self: get_now(self.env))
    lease_until = fields.Datetime(
        readonly=True,
        help="Until then one process works on this message; later it counts as orphaned.",
    )
    error = fields.Text(readonly=True)

    _idempotency_key_unique = models.Constraint(
        "UNIQUE (idempotency_key)", "Two messages cannot share an idempotency key."
    )
    _moved_idx = models.Index(
        "(partner_id, agreement_id, write_date) WHERE state = 'done' AND direction = 'outgoing'"
    )
    _queue_idx = models.Index(
        "(agreement_id, id) WHERE state IN ('waiting', 'sending', 'unknown', 'answered')"
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("operation", "res_model", "res_id")
    def _compute_display_name(self):
        for message in self:
            record = message._get_record()
            parts = [message._selection_label("operation"), record.display_name]
            message.display_name = ": ".join(filter(None, parts))

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._deliver_after_commit()
        return messages

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_retry(self):
        """Deliver again the messages that wait or failed.

        Supplier is queried first where it may have processed the message already.

        :raise UserError: naming a message that is finished or being sent
        """
        check_supplier_user(self)
        for message in self:
            if message.state not in RETRYABLE_STATES:
                raise UserError(
                    self.env._(
                        "%(message)s is %(state)s; there is nothing to retry.",
                        message=message.display_name,
                        state=message._selection_label("state"),
                    )
                )
        self.sudo()._retry()
        return True

    def action_open_record(self):
        """Open the record that this message is about."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _retry(self):
        """Have those of these messages that wait or failed delivered after this commit.

        Failed events are processed again; Supplier is asked about failed requests first.
        """
        messages = self.filtered(lambda message: message.state in RETRYABLE_STATES)
        failed = messages.filtered(lambda message: message.state == "failed")
        failed._filter_incoming()._move_to("waiting")
        (failed - failed._filter_incoming())._move_to("unknown")
        messages.next_attempt = get_now(self.env)
        messages._deliver_after_commit()

    @api.model
    def _dump(self, body):
        # Escaped, so that an answer with any character can be stored.
        return json.dumps(body, indent=1) if body is not None else False

    def _load(self, text):
        return json.loads(text) if text else None

    def _get_record(self):
        """Return the record this message is about; empty if it is gone."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).exists()

    def _get_records(self):
        """Return a dict from each of these messages to its record, empty if it is gone."""
        records = {
            (model, record.id): record
            for model, messages in self.grouped("res_model").items()
            for record in self.env[model].browse(messages.mapped("res_id")).exists()
        }
        return {
            message: records.get(
                (message.res_model, message.res_id), self.env[message.res_model].browse()
            )
            for message in self
        }

    @api.model
    def _find_open(self, record, operation):
        """Return the messages of an operation on these records that are not finished."""
        return self.sudo().search(
            [
                ("operation", "=", operation),
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("state", "in", ("waiting", "sending", "unknown", "answered", "failed")),
            ]
        )

    def _is_repeatable(self):
        """Return whether the operation changes nothing at Supplier and may be repeated."""
        return OPERATIONS[self.operation].method == "GET"
