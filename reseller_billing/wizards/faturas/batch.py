from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.common.job_item import CHUNK
from ...models.faturas.account_move import MONTHS


class ResellerBillingBatch(models.TransientModel):
    """Faturas of a reference month for many contracts, with a preview."""

    _name = "reseller.billing.batch"
    _description = "Issue Faturas"
    _inherit = "reseller.billing.abstract.guard"

    reference_month = fields.Selection(
        selection=MONTHS,
        required=True,
        default=lambda self: f"{fields.Date.context_today(self).month:02}",
    )
    reference_year = fields.Char(
        required=True, size=4, default=lambda self: str(fields.Date.context_today(self).year)
    )
    date_due = fields.Date(string="Due Date", help="Left empty, by each contract.")
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    line_ids = fields.One2many(
        comodel_name="reseller.billing.batch.line",
        inverse_name="batch_id",
        string="Contracts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    amount = fields.Monetary(string="Total", compute="_compute_amount")
    count = fields.Integer(string="Faturas", compute="_compute_amount")

    @api.depends("reference_month", "reference_year", "company_id")
    def _compute_line_ids(self):
        """List the active contracts with the value of their fatura, or the obstacle."""
        for batch in self:
            batch.line_ids = [Command.clear()]
            if not batch._get_month():
                continue
            contracts = self.env["reseller.billing.contract"].search(batch._get_contract_domain())
            known = contracts._get_known_dues(batch._get_month())
            batch.line_ids = [
                Command.create(batch._prepare_line(contract, known[contract]))
                for contract in contracts
            ]

    @api.depends("line_ids.is_chosen", "line_ids.amount")
    def _compute_amount(self):
        for batch in self:
            chosen = batch.line_ids.filtered("is_chosen")
            batch.amount = sum(chosen.mapped("amount"))
            batch.count = len(chosen)

    def action_confirm(self):
        """Issue the chosen faturas, one that cannot be keeps no other; many in the background.

        :return: the action that shows the faturas, or how far the work is
        :raise UserError: if no contract is chosen
        """
        self.ensure_one()
        self.check_access("write")
        contracts = self.line_ids.filtered("is_chosen").contract_id
        contracts = contracts.filtered(lambda one: one.company_id == self.company_id)
        if not contracts:
            raise UserError(self.env._("Choose at least one contract."))
        name = self.env._(
            "Faturas of %(month)s/%(year)s", month=self.reference_month, year=self.reference_year
        )
        job = contracts._queue_billing(name, self._get_month(), self.date_due)
        if len(contracts) > CHUNK:
            return job._show()
        job.sudo().item_ids._process()
        job._notify_progress()
        return job._show() if job.failed_count else job.action_open_results()

    def _get_month(self):
        """Return the first day of the reference month, or None while it is being entered."""
        year = self.reference_year or ""
        if not self.reference_month or not (year.isdecimal() and 2000 <= int(year) <= 2099):
            return None
        return fields.Date.from_string(f"{year}-{self.reference_month}-01")

    def _get_contract_domain(self):
        return [
            ("state", "=", "active"),
            ("has_plan", "=", True),
            ("company_id", "=", self.company_id.id),
        ]

    def _prepare_line(self, contract, known):
        """Return the values of a contract in the list: what it owes, or the obstacle."""
        month = self._get_month()
        amount = sum(one.amount for one in contract._get_owed(month, known))
        faults = contract.partner_id._find_billing_faults()
        billed = known.filtered(lambda due: due.month == month and due.state == "billed")
        if not amount and billed:
            amount = sum(billed.mapped("amount"))
            problem = self.env._("Has a fatura of this month already.")
        elif not amount:
            problem = self.env._("No plan is billed in this month.")
        elif faults:
            problem = self.env._("The client: %s", "; ".join(faults))
        else:
            problem = False
        return {
            "contract_id": contract.id,
            "amount": amount,
            "problem": problem,
            "is_chosen": not problem,
        }


class ResellerBillingBatchLine(models.TransientModel):
    """A contract in the preview of a batch."""

    _name = "reseller.billing.batch.line"
    _description = "Contract to Be Billed"
    _inherit = "reseller.billing.abstract.guard"

    batch_id = fields.Many2one(
        comodel_name="reseller.billing.batch", required=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="contract_id.partner_id", string="Client", related_sudo=False
    )
    currency_id = fields.Many2one(related="batch_id.currency_id", related_sudo=False)
    amount = fields.Monetary(string="Value")
    problem = fields.Char()
    is_chosen = fields.Boolean(string="Issue")
