from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import RECEIPTS_CODES, TIME_ZONE
from ...tools.activity import tell_once
from ...tools.errors import ServiceError
from ..common.moment import get_now
from ..common.restore import is_restored, store_mark

# What is listed at the provider, in this order: who a charge is for is known by then.
STEPS = [("customers", "Clients"), ("awaiting", "Awaiting charges"), ("overdue", "Overdue charges")]
# Pause after a request that failed.
PAUSE = timedelta(minutes=5)


class ResellerBillingComparison(models.Model):
    """All that lives at a receipts provider against what is known here.

    It is begun by itself when this database came back from a backup, or by hand: what was charged
    after the backup is unknown here, and would be charged again.
    """

    _name = "reseller.billing.comparison"
    _description = "Comparison with a Receipts Provider"
    _inherit = ["reseller.billing.abstract.guard", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "provider_id"
    _check_company_auto = True

    provider_id = fields.Many2one(
        comodel_name="payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    reason = fields.Selection(
        selection=[("restore", "Database restored"), ("hand", "Begun by hand")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[("running", "In progress"), ("done", "Done")],
        string="Status",
        required=True,
        readonly=True,
        default="running",
    )
    step = fields.Selection(selection=STEPS, required=True, readonly=True, default=STEPS[0][0])
    offset = fields.Integer(readonly=True, help="Records of this step that were compared.")
    next_attempt = fields.Datetime(readonly=True, default=lambda self: get_now(self.env))
    finished_at = fields.Datetime(string="Finished On", readonly=True)
    problem = fields.Text(readonly=True, help="Why it waits, and what to do.")
    finding_ids = fields.One2many(
        comodel_name="reseller.billing.finding", inverse_name="comparison_id", readonly=True
    )
    open_count = fields.Integer(string="To Decide", compute="_compute_open_count")

    _one_running = models.UniqueIndex(
        "(provider_id) WHERE state = 'running'", "This provider is being compared already."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("finding_ids.state")
    def _compute_open_count(self):
        for comparison in self:
            comparison.open_count = len(
                comparison.finding_ids.filtered(lambda finding: finding.state != "done")
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_findings(self):
        """Show what this comparison found."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "reseller_billing.reseller_billing_finding_action"
        )
        return {**action, "domain": [("comparison_id", "=", self.id)]}

    # -------------------------------------------------------------------------
    # BEGINNING
    # -------------------------------------------------------------------------

    @api.model
    def _begin_if_restored(self):
        """Begin the comparisons of all providers if this database came back from a backup.

        The reseller's panels are read before anything is sent to them. Costs two queries where
        nothing happened.

        :return: whether the database was restored
        """
        if not is_restored(self.env):
            return False
        store_mark(self.env)
        self._begin_after_restore()
        return True

    @api.model
    def _begin_after_restore(self):
        """Begin a comparison with each enabled provider, and tell its responsible."""
        providers = self.env["payment.provider"].search(
            Domain("code", "in", RECEIPTS_CODES) & Domain("state", "!=", "disabled")
        )
        for comparison in self._begin(providers, "restore"):
            reader = comparison._get_responsible()
            said = comparison.with_context(lang=reader.lang)
            tell_once(
                comparison,
                reader,
                said.env._("Database restored"),
                said.env._(
                    "This database came back from a backup. What was charged at %(provider)s "
                    "since then is looked for; contracts are billed again once that is done. You "
                    "will be told what was found.",
                    provider=comparison.provider_id.name,
                ),
            )
        self.env["reseller.billing.panel"]._forget_read()

    @api.model
    def _begin(self, providers, reason):
        """Begin comparisons, which the cron does; one that runs already is begun again.

        :return: the comparisons
        """
        running = self.search([("provider_id", "in", providers.ids), ("state", "=", "running")])
        running.write({"step": STEPS[0][0], "offset": 0, "next_attempt": get_now(self.env)})
        if reason == "restore":
            running.reason = reason
        new = self.create(
            [
                {"provider_id": provider.id, "reason": reason}
                for provider in providers - running.provider_id
            ]
        )
        self._trigger_comparing()
        return running | new

    @api.model
    def _trigger_comparing(self, at=None):
        self.env.ref("reseller_billing.ir_cron_compare_providers").sudo()._trigger(
            at or get_now(self.env)
        )

    # -------------------------------------------------------------------------
    # COMPARING
    # -------------------------------------------------------------------------

    @api.model
    def _cron_compare(self):
        """Go on with the comparisons, and send what was decided about what they found."""
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        self._begin_if_restored()
        cron = self.env["ir.cron"]
        due = [("state", "=", "running"), ("next_attempt", "<=", get_now(self.env))]
        running = self.search(due, order="id")
        cron._commit_progress(remaining=len(running))
        for comparison_id in running.ids:
            # Browsed one by one, because each commit empties the cache.
            comparison = self.browse(comparison_id)
            while comparison.state == "running" and comparison._compare_page():
                if not cron._commit_progress():
                    self._trigger_comparing()
                    return
            cron._commit_progress(1)
        self.env["reseller.billing.finding"]._send_due_by_cron()

    def _compare_page(self):
        """Compare the next page of what is listed; nothing is locked while it is requested.

        :return: whether it was compared; a failure is stored, and the page requested again later
        """
        self.ensure_one()
        step, offset, provider = self.step, self.offset, self.provider_id
        try:
            client = provider._get_receipts_client()
            self.env["ir.cron"]._commit_progress()
            if step == "customers":
                page = client.list_payers(offset)
                self._compare_payers(page.records)
            else:
                page = client.list_living_charges(step, offset)
                self._compare_charges(page)
        except (ServiceError, UserError) as error:
            at = get_now(self.env) + PAUSE
            self.write({"problem": provider._describe_failure(error), "next_attempt": at})
            self._trigger_comparing(at)
            return False
        if page.has_more and page.count:
            self.write({"offset": offset + page.count, "problem": False})
        else:
            self._end_step()
        return True

    def _end_step(self):
        names = [name for name, _label in STEPS]
        following = names[names.index(self.step) + 1 :]
        if following:
            self.write({"step": following[0], "offset": 0, "problem": False})
            return
        self.provider_id._queue_unseen_charges(self.create_date)
        self.write({"state": "done", "finished_at": get_now(self.env), "problem": False})
        self._tell_result()
        # What was paid or given back since the backup; and what waited for this to be billed.
        for name in ("reconcile_charges", "bill_contracts"):
            self.env.ref(f"reseller_billing.ir_cron_{name}").sudo()._trigger(get_now(self.env))

    def _get_responsible(self):
        """Return the active user who is responsible for the charges of this provider."""
        return self.company_id._get_billing_responsible(self.provider_id.billing_user_id)

    def _tell_result(self):
        """Tell the responsible what somebody has to decide, if anything."""
        if not self.open_count:
            return
        reader = self._get_responsible()
        said = self.with_context(lang=reader.lang)
        tell_once(
            self,
            reader,
            said.env._("Unknown at the provider"),
            said.env._(
                "%(count)s charges or clients live at %(provider)s and are unknown here. Open "
                "them, and cancel there what is not owed; a client of whom one waits is not billed "
                "automatically meanwhile.",
                count=self.open_count,
                provider=self.provider_id.name,
            ),
        )
