from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .moment import get_now

# Told to the browser of whoever waits for the work, after each chunk.
JOB_PROGRESS = "reseller_billing.job"


class ResellerBillingJob(models.Model):
    """Work for many records that somebody has confirmed; crons do it in chunks.

    Each chunk is committed by itself: what is done stays done when the server dies, what is not
    waits, and a record that cannot be done keeps no other from it.
    """

    _name = "reseller.billing.job"
    _description = "Background Work"
    _inherit = "reseller.billing.abstract.guard"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        selection=[("faturas", "Issue faturas"), ("clients", "Import clients")],
        required=True,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Confirmed By", required=True, readonly=True
    )
    state = fields.Selection(
        selection=[("running", "In progress"), ("done", "Done")],
        string="Status",
        required=True,
        readonly=True,
        default="running",
    )
    item_ids = fields.One2many(
        comodel_name="reseller.billing.job.item", inverse_name="job_id", readonly=True
    )
    failed_ids = fields.One2many(
        comodel_name="reseller.billing.job.item",
        inverse_name="job_id",
        string="Could Not Be Done",
        domain=[("state", "=", "failed")],
        readonly=True,
    )
    total_count = fields.Integer(string="Of", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="In %, failed ones included.")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("item_ids.state")
    def _compute_counts(self):
        # Counted when shown: workers of the same job write no common row.
        groups = self.env["reseller.billing.job.item"]._read_group(
            [("job_id", "in", self.ids)], ["job_id", "state"], ["__count"]
        )
        found = {job: {} for job in self}
        for job, state, count in groups:
            found[job][state] = count
        for job, counts in found.items():
            job.total_count = sum(counts.values())
            job.done_count = counts.get("done", 0)
            job.failed_count = counts.get("failed", 0)
            ended = job.done_count + job.failed_count
            job.progress = 100.0 * ended / job.total_count if job.total_count else 100.0

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_retry(self):
        """Do what has failed again.

        :raise AccessError: if the user may not do such work
        """
        self._check_may_do()
        failed = self.item_ids.filtered(lambda item: item.state == "failed")
        failed.sudo().write({"state": "waiting", "message": False})
        self.sudo().write({"state": "running"})
        for kind in set(self.mapped("kind")):
            self._trigger(kind)
        return True

    def action_open_results(self):
        """Show the faturas, or the clients, of this work."""
        self.ensure_one()
        self.check_access("read")
        if self.kind == "faturas":
            action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.fatura_action")
            return {**action, "domain": [("id", "in", self.item_ids.fatura_id.ids)]}
        name = "reseller_billing.res_partner_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return {**action, "domain": [("id", "in", self.item_ids.partner_id.ids)]}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _queue(self, kind, name, company, items):
        """Return new work, which its cron begins as soon as this is committed.

        :param items: list of values of reseller.billing.job.item
        """
        job = self.sudo().create(
            {"kind": kind, "name": name, "company_id": company.id, "user_id": self.env.uid}
        )
        job.env["reseller.billing.job.item"].create([{**one, "job_id": job.id} for one in items])
        return job.sudo(self.env.su)

    @api.model
    def _trigger(self, kind, pause=timedelta()):
        """Have the cron of a kind do what waits, as soon as this is committed.

        :param pause: timedelta until then
        """
        name = {"faturas": "bill_contracts", "clients": "import_clients"}[kind]
        cron = self.env.ref(f"reseller_billing.ir_cron_{name}").sudo()
        cron._trigger(get_now(self.env) + pause)

    def _check_may_do(self):
        """Refuse users who may not confirm such work.

        :raise AccessError: as the host words it
        """
        self.check_access("read")
        for kind in set(self.mapped("kind")):
            model = {"faturas": "account.move", "clients": "res.partner"}[kind]
            self.env[model].check_access("create")

    def _show(self):
        """Return the action that shows how far this work is, in a window."""
        self.ensure_one()
        return self._get_records_action(name=self.name, target="new")

    def _notify_progress(self):
        """Tell the browsers of those who wait how far it is; at the end, what came of it."""
        for job in self.sudo():
            job.invalidate_recordset(["done_count", "failed_count", "total_count", "progress"])
            counts = {name: job[f"{name}_count"] for name in ("done", "failed", "total")}
            job.user_id._bus_send(JOB_PROGRESS, {"id": job.id, **counts})
            if job.state == "running" and counts["done"] + counts["failed"] == counts["total"]:
                job.state = "done"
                job._notify_end(counts)

    def _notify_end(self, counts):
        job = self.with_context(lang=self.user_id.lang)
        message = job.env._(
            "%(done)s of %(total)s done, %(failed)s could not be: see Background work.", **counts
        )
        self.user_id._bus_send(
            "simple_notification",
            {
                "title": self.name,
                "message": message,
                "type": "warning" if counts["failed"] else "success",
                "sticky": True,
            },
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        for job in self:
            if job.state == "running":
                raise UserError(
                    self.env._(
                        "%(job)s is in progress and cannot be deleted. Wait until it is done.",
                        job=job.name,
                    )
                )
