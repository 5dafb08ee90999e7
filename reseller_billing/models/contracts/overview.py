from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import RECEIPTS_CODES
from ...tools.bank_days import get_overdue_limit

WEEK = timedelta(days=7)
# Faturas of which something is owed, charged back ones included.
OWED = Domain("state", "=", "posted") & Domain("payment_state", "in", ("not_paid", "partial"))
FATURA = Domain("billing_contract_id", "!=", False) & Domain("move_type", "=", "out_invoice")
# States of charges that cannot be paid any more.
ENDED_STATES = (
    "confirmed",
    "received",
    "partially_refunded",
    "refunded",
    "charged_back",
    "cancelled",
)
ACTIONS = {
    "account.move": "fatura_action",
    "reseller.billing.contract": "reseller_billing_contract_action",
    "reseller.billing.due": "reseller_billing_due_action",
    "reseller.billing.job.item": "reseller_billing_job_item_action",
    "reseller.billing.event": "reseller_billing_event_action",
    "reseller.billing.panel.row": "reseller_billing_panel_row_action",
    "reseller.billing.panel.link": "reseller_billing_panel_link_action",
}


class ResellerBillingOverview(models.Model):
    """The first screen: open work, owed faturas and active contracts of each company.

    Each number is counted for all cards at once, by the domain of the list that it opens.
    """

    _name = "reseller.billing.overview"
    _description = "Subscription Control Overview"
    _auto = False
    _order = "name, id"

    name = fields.Char(readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Open work
    unbilled_count = fields.Integer(string="Contracts Not Billed", compute="_compute_numbers")
    skipped_count = fields.Integer(
        string="Dues Not Billed",
        compute="_compute_numbers",
        help="Months of plans that were passed over, or whose fatura was cancelled: bill them with "
        "the next fatura, or not at all.",
    )
    queue_count = fields.Integer(
        string="In Progress",
        compute="_compute_numbers",
        help="Faturas to be issued and clients to be imported in the background.",
    )
    failed_count = fields.Integer(string="Background Work Failed", compute="_compute_numbers")
    skipped_amount = fields.Monetary(string="Amount Not Billed", compute="_compute_numbers")
    trial_count = fields.Integer(string="Trials That Are Over", compute="_compute_numbers")
    problem_count = fields.Integer(string="Charges with a Problem", compute="_compute_numbers")
    problem_amount = fields.Monetary(string="Amount with a Problem", compute="_compute_numbers")
    uncharged_count = fields.Integer(
        string="Owed Without a Charge",
        compute="_compute_numbers",
        help="The charge was charged back, refunded or cancelled, and cannot be paid.",
    )
    uncharged_amount = fields.Monetary(string="Amount Without a Charge", compute="_compute_numbers")
    unmailed_count = fields.Integer(
        string="E-mails That Did Not Arrive",
        compute="_compute_numbers",
        help="Of owed faturas; correct the address, then use E-mail again.",
    )
    orphan_count = fields.Integer(string="Unidentified Payments", compute="_compute_numbers")
    orphan_amount = fields.Monetary(
        string="Amount of Unidentified Payments", compute="_compute_numbers"
    )
    event_count = fields.Integer(string="Events Not Processed", compute="_compute_numbers")
    row_count = fields.Integer(string="Not Imported", compute="_compute_numbers")
    link_count = fields.Integer(string="Refused by the Panel", compute="_compute_numbers")
    has_panel = fields.Boolean(compute="_compute_connections")
    deaf_provider = fields.Char(
        string="Webhook Not Working",
        compute="_compute_connections",
        help="Enabled providers whose webhook does not work; payments are found by comparing.",
    )
    stopped_work = fields.Char(
        string="Not Running",
        compute="_compute_connections",
        help="Background work that was switched off, or has not run for twice its interval.",
    )
    # Owed faturas
    overdue_count = fields.Integer(string="Overdue", compute="_compute_numbers")
    overdue_amount = fields.Monetary(string="Amount Overdue", compute="_compute_numbers")
    week_count = fields.Integer(string="Due in the Next 7 Days", compute="_compute_numbers")
    week_amount = fields.Monetary(string="Amount of the Week", compute="_compute_numbers")
    # Contracts
    active_count = fields.Integer(string="Active Contracts", compute="_compute_numbers")
    active_amount = fields.Monetary(string="Amount a Month", compute="_compute_numbers")
    suspended_count = fields.Integer(string="Suspended Contracts", compute="_compute_numbers")

    @property
    def _table_query(self):
        return SQL("SELECT id, name, id AS company_id FROM res_company WHERE active")

    _depends = {"res.company": ["active", "name"]}

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_numbers(self):
        for (name, amount), (model, domain, measure) in self._get_lists().items():
            found = self._count(model, domain, measure)
            for card in self:
                card[name], total = found.get(card.company_id.id, (0, 0.0))
                if amount:
                    card[amount] = total

    def _compute_connections(self):
        panels = self.env["reseller.billing.panel"]._get_panel_ids()
        # Users without access to the provider's settings are shown that its webhook fails.
        silent = (
            self.env["payment.provider"]
            .sudo()
            .search(
                Domain("code", "in", RECEIPTS_CODES)
                & Domain("state", "!=", "disabled")
                & Domain("webhook_state", "!=", "active")
                & Domain("company_id", "in", self.company_id.ids)
            )
            .grouped("company_id")
        )
        stopped = ", ".join(self.env["res.company"]._find_stopped_work())
        for card in self:
            card.stopped_work = stopped or False
            card.has_panel = card.company_id.id in panels
            providers = silent.get(card.company_id)
            card.deaf_provider = providers and ", ".join(providers.mapped("name"))

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_list(self):
        """Open the list behind a number of this card.

        The context key `overview` names the number: one of the fields of `_get_lists`.

        :raise UserError: naming the card and what it does not count
        """
        self.ensure_one()
        self.check_access("read")
        number = self.env.context.get("overview")
        model, domain, _measure = next(
            (entry for names, entry in self._get_lists().items() if number and number in names),
            (None, None, None),
        )
        if not model:
            raise UserError(
                self.env._(
                    "%(card)s has no list of %(number)s. Open one of the numbers that the card "
                    "shows.",
                    card=self.name,
                    number=number or "?",
                )
            )
        xml_id = f"reseller_billing.{ACTIONS[model]}"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        of_card = Domain("company_id", "=", self.company_id.id)
        return {**action, "domain": list(domain & of_card), "context": {"create": False}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _count(self, model, domain, measure):
        """Count for all these cards at once.

        :return: {id of a company: (count, amount in BRL)}
        """
        aggregates = ["__count", f"{measure}:sum"] if measure else ["__count"]
        of_card = Domain("company_id", "in", self.company_id.ids)
        groups = self.env[model]._read_group(domain & of_card, ["company_id"], aggregates)
        return {company.id: (count, sum(total)) for company, count, *total in groups}

    def _get_lists(self):
        """Return the numbers of cards: {(field, amount field): (model, domain, measure)}."""
        today = fields.Date.context_today(self)
        overdue = get_overdue_limit(today)
        owed, contract = FATURA & OWED, "reseller.billing.contract"
        event, residual = "reseller.billing.event", "amount_residual_signed"
        failed = Domain("state", "=", "failed") | (
            Domain("state", "=", "waiting") & Domain("error", "!=", False)
        )
        return {
            ("unbilled_count", None): (contract, Domain("billing_error", "!=", False), None),
            ("skipped_count", "skipped_amount"): (
                "reseller.billing.due",
                Domain("state", "=", "open") & Domain("contract_id.state", "!=", "cancelled"),
                "amount",
            ),
            ("queue_count", None): (
                "reseller.billing.job.item",
                Domain("state", "=", "waiting"),
                None,
            ),
            ("failed_count", None): (
                "reseller.billing.job.item",
                Domain("state", "=", "failed"),
                None,
            ),
            ("trial_count", None): (
                contract,
                Domain("state", "=", "trial") & Domain("trial_end", "<=", today),
                None,
            ),
            ("problem_count", "problem_amount"): (
                "account.move",
                owed
                & (Domain("charge_state", "=", "error") | Domain("charge_problem", "!=", False)),
                residual,
            ),
            ("uncharged_count", "uncharged_amount"): (
                "account.move",
                owed & Domain("charge_state", "in", ENDED_STATES),
                residual,
            ),
            ("unmailed_count", None): (
                "account.move",
                owed & Domain("fatura_mail_state", "in", ("failed", "bounced")),
                None,
            ),
            ("orphan_count", "orphan_amount"): (
                event,
                Domain("state", "=", "orphan") & Domain("amount", "!=", 0),
                "amount",
            ),
            ("event_count", None): (event, failed, None),
            ("row_count", None): (
                "reseller.billing.panel.row",
                Domain("state", "=", "waiting"),
                None,
            ),
            ("link_count", None): (
                "reseller.billing.panel.link",
                Domain("is_pending", "=", True) & Domain("error", "!=", False),
                None,
            ),
            ("overdue_count", "overdue_amount"): (
                "account.move",
                owed & Domain("invoice_date_due", "<", overdue),
                residual,
            ),
            ("week_count", "week_amount"): (
                "account.move",
                owed
                & Domain("invoice_date_due", ">=", overdue)
                & Domain("invoice_date_due", "<=", today + WEEK),
                residual,
            ),
            ("active_count", "active_amount"): (
                contract,
                Domain("state", "=", "active"),
                "amount_month",
            ),
            ("suspended_count", None): (contract, Domain("state", "=", "suspended"), None),
        }
