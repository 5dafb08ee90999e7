from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.attempts import get_pause
from ...tools.errors import Gone, Rejected, ServiceError, Unauthorized
from ...tools.finding_exchange import FindingJob, exchange_finding
from ..common.moment import get_now


class ResellerBillingFinding(models.Model):
    """A charge or client that lives at a receipts provider and is unknown here.

    A person decides what becomes of it. What is to be cancelled there is sent by the outbox; a
    charge that was paid in the meantime is not cancelled, its money comes as an event.
    """

    _name = "reseller.billing.finding"
    _description = "Unknown at a Receipts Provider"
    _inherit = [
        "reseller.billing.abstract.guard",
        "reseller.billing.abstract.state",
        "reseller.billing.abstract.outbox",
    ]
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True
    _transitions = {
        "open": {"cancelling", "done"},
        "cancelling": {"open"},
        "done": {"open", "cancelling"},
    }
    _outbox_lease = timedelta(minutes=2)
    _outbox_cron = "reseller_billing.ir_cron_compare_providers"

    comparison_id = fields.Many2one(
        comodel_name="reseller.billing.comparison",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    provider_id = fields.Many2one(related="comparison_id.provider_id", store=True, index=True)
    company_id = fields.Many2one(related="comparison_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("unknown", "Unknown charge"),
            ("double", "Second charge of a fatura"),
            ("customer", "Unknown client"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[("open", "To decide"), ("cancelling", "Being cancelled"), ("done", "Done")],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    reference = fields.Char(
        string="ID at the Provider", required=True, readonly=True, help="The provider's own."
    )
    external_reference = fields.Char(
        string="Reference", readonly=True, help="Under which it was made; begins with our number."
    )
    name = fields.Char(string="Description", readonly=True)
    customer = fields.Char(string="Client at the Provider", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        string="Our Charge",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The charge of the same fatura that is known here.",
    )
    amount = fields.Monetary(readonly=True)
    due_date = fields.Date(readonly=True)
    error = fields.Text(string="Result", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    lease_until = fields.Datetime(
        readonly=True, help="Until then a worker is sending it to the provider."
    )
    attempts = fields.Integer(readonly=True)

    _once = models.UniqueIndex("(provider_id, reference)", "What is unknown is listed once.")

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_cancel_there(self):
        """Have these charges cancelled at the provider, in the background.

        :raise UserError: naming a client, which is no charge
        """
        self.check_access("write")
        if clients := self.filtered(lambda finding: finding.kind == "customer"):
            raise UserError(
                self.env._(
                    "%(client)s is a client and no charge, so there is nothing to cancel. Enter "
                    "the client here if it is missing, then use Nothing to do.",
                    client=clients[0].name or clients[0].reference,
                )
            )
        waiting = self.filtered(lambda finding: finding.state == "open")
        waiting._move_to("cancelling", next_attempt=get_now(self.env), attempts=0)
        self._trigger_delivery()
        return True

    def action_set_done(self):
        """Leave these records as they are at the provider, and list them no more."""
        self.check_access("write")
        self.filtered(lambda finding: finding.state == "open")._move_to("done")
        self._after_decision()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _after_decision(self):
        """Let the contracts be billed that waited for what is decided now."""
        self.env.ref("reseller_billing.ir_cron_bill_contracts").sudo()._trigger(get_now(self.env))

    # -------------------------------------------------------------------------
    # OUTBOX
    # -------------------------------------------------------------------------

    @api.model
    def _get_unsent_domain(self, now):
        paused = self.env["payment.provider"]._get_paused_ids(now)
        return Domain("state", "=", "cancelling") & Domain("provider_id", "not in", paused)

    def _prepare_job(self, again):
        """Return the FindingJob of this charge."""
        provider = self.provider_id
        try:
            client, failure = provider._get_receipts_client(), None
        except UserError as error:
            client, failure = None, Unauthorized(str(error), cause="settings")
        return FindingJob(
            record_id=self.id,
            try_key=self._get_try_key(),
            client=client,
            failure=failure,
            reference=self.reference,
        )

    @api.model
    def _exchange(self, job):
        return exchange_finding(job)

    @api.model
    def _apply_outcome(self, job, outcome):
        finding = self.browse(job.record_id).exists()
        if not finding:
            return
        reader = finding.comparison_id._get_responsible()
        finding = finding.with_context(lang=reader.lang)
        finding.lease_until = False
        if isinstance(outcome, Gone):
            finding._move_to("done", error=finding.env._("The provider does not know it any more."))
        elif isinstance(outcome, Rejected):
            finding._move_to("open", error=finding.provider_id._describe_failure(outcome))
            return
        elif isinstance(outcome, ServiceError):
            finding._postpone(outcome)
            return
        elif outcome.deleted:
            finding._move_to("done", error=finding.env._("Cancelled at the provider."))
        else:
            text = finding.env._(
                "Not cancelled, because it is not awaiting payment any more: %(state)s. Its money "
                "is listed among the events.",
                state=outcome.raw_state,
            )
            finding._move_to("done", error=text)
        finding._after_decision()

    def _postpone(self, error):
        pause = isinstance(error, ServiceError) and error.retry_after
        at = get_now(self.env) + (timedelta(seconds=pause) if pause else get_pause(self.attempts))
        text = self.provider_id._describe_failure(error)
        self.write({"next_attempt": at, "lease_until": False, "error": text})
        self._trigger_delivery(at)
