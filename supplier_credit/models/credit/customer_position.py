from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ...tools.api.wire import OPERATIONS
from ..common.company_day import get_company_today

# A change of one of these is stored as a row of `supplier.credit.customer.position`.
POSITION_FIELDS = (
    "customer_state",
    "term_billing_blocked",
    "limit_total",
    "limit_used",
    "limit_preauthorized",
    "limit_available",
    "days_late",
)

CUSTOMERS_PER_COMMIT = 200
# Calls whose answers change how much of a customer's limit is in use.
MOVING = ("preauthorization_", "transaction_", "post_sale_")


class SupplierCreditCustomer(models.Model):
    """The position: limits, use and blocks, by Supplier's last answer."""

    _inherit = "supplier.credit.customer"

    limit_total = fields.Monetary(string="Limit", readonly=True, tracking=True)
    limit_used = fields.Monetary(string="In Use", readonly=True)
    limit_preauthorized = fields.Monetary(
        string="Pre-Authorized", readonly=True, help="Reserved for orders and not yet invoiced."
    )
    limit_available = fields.Monetary(string="Available", readonly=True)
    days_late = fields.Integer(
        readonly=True, help="How long the customer's oldest debt to Supplier is overdue, in days."
    )
    position_date = fields.Datetime(readonly=True, help="When Supplier reported this position.")
    position_ids = fields.One2many(
        comodel_name="supplier.credit.customer.position",
        inverse_name="customer_id",
        string="Position History",
        readonly=True,
    )

    _refresh_idx = models.Index(
        "(agreement_id, queried_at) WHERE state NOT IN ('draft', 'sending')"
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_refresh(self):
        """Query the present position of these customers."""
        self._check_may_send()
        self.sudo()._query_position()
        return True

    def action_view_positions(self):
        """Open the history of these customers' positions."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_customer_position_action"
        )
        return {**action, "domain": [("customer_id", "in", self.ids)]}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _query_position(self):
        """Queue queries of the position, at most one open query per customer.

        A query that waits or failed is delivered again instead.
        """
        messages = self.env["supplier.credit.message"].sudo()
        waiting = messages._find_open(self, "customer_query")
        waiting._retry()
        queried = self.browse(waiting.mapped("res_id"))
        messages.create(
            [
                customer._prepare_message(customer.agreement_id, "customer_query", None)
                for customer in self - queried
            ]
        )
        self.queried_at = fields.Datetime.now()

    def _refresh_if_stale(self):
        """Query the positions that are older than parameter 2.1.

        None is queried where the parameter is 0, or before the customer was sent.

        :return: the customers that are queried
        """
        now = fields.Datetime.now()
        customers = self.sudo().filtered(lambda customer: customer._is_stale(now))
        if customers:
            customers._query_position()
        return customers

    def _is_stale(self, now):
        self.ensure_one()
        hours = self.agreement_id.position_interval_hours
        if not hours or not self.agreement_id.enabled or self.state in ("draft", "sending"):
            return False
        return not self.position_date or self.position_date <= now - timedelta(hours=hours)

    @api.model
    def _cron_refresh_positions(self):
        """Query positions older than parameter 2.1, of customers in analysis older than 2.2."""
        agreements = self.env["supplier.credit.agreement"].search([("enabled", "=", True)])
        for agreement in agreements.with_prefetch():
            due = self._get_due_domain(agreement)
            customer_ids = self.search(due).ids
            self.env["ir.cron"]._commit_progress(remaining=len(customer_ids))
            for chunk in split_every(CUSTOMERS_PER_COMMIT, customer_ids, self.browse):
                chunk.try_lock_for_update().filtered_domain(due)._query_position()
                if not self.env["ir.cron"]._commit_progress(len(chunk)):
                    return

    @api.model
    def _get_due_domain(self, agreement):
        """Return the domain of the customers whose position the cron has to query now.

        The intervals count from the last query, so that a customer whose answer cannot be applied
        is not queried at every run.
        """
        now = fields.Datetime.now()
        overdue = Domain("id", "in", self._find_moved(agreement))
        if hours := agreement.position_interval_hours:
            overdue |= _queried_before(now - timedelta(hours=hours))
        if minutes := agreement.query_interval_minutes:
            in_analysis = Domain("state", "=", "in_analysis")
            overdue |= in_analysis & _queried_before(now - timedelta(minutes=minutes))
        sent = Domain("state", "not in", ("draft", "sending"))
        return Domain("agreement_id", "=", agreement.id) & sent & overdue

    @api.model
    def _find_moved(self, agreement):
        """Return the ids of the customers whose credit moved here since they were asked about.

        Supplier's answers to reservations, sales and returns change the position that it reported.
        None are returned where parameter 2.1 is 0.
        """
        if not agreement.position_interval_hours:
            return []
        moving = tuple(name for name in OPERATIONS if name.startswith(MOVING))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT c.id
                  FROM supplier_credit_customer c
                  JOIN supplier_credit_message m
                    ON m.partner_id = c.partner_id AND m.agreement_id = c.agreement_id
                 WHERE c.agreement_id = %s AND m.state = 'done' AND m.operation IN %s
                       AND m.direction = 'outgoing'
                       AND m.write_date > GREATEST(c.position_date, c.queried_at)
                """,
                agreement.id,
                moving,
            )
        )
        return [customer_id for (customer_id,) in rows]

    def _apply_position(self, position):
        """Store a position, and a row of history if it changed.

        :param position: `tools.api.customer.CustomerPosition`
        """
        self.ensure_one()
        term_billing_blocked = self.term_billing_blocked
        reported = {
            "customer_state": position.customer_state,
            "term_billing_blocked": position.term_billing_blocked,
            "limit_total": float(position.limit_total),
            "limit_used": float(position.limit_used),
            "limit_preauthorized": float(position.limit_preauthorized),
            "limit_available": float(position.limit_available),
            "days_late": position.days_late,
        }
        now = fields.Datetime.now()
        if not self.position_date or any(self[name] != reported[name] for name in POSITION_FIELDS):
            self.env["supplier.credit.customer.position"].sudo().create(
                {"customer_id": self.id, "date": now, **reported}
            )
        self.write({**reported, "position_date": now, "error": False})
        if position.customer_state != "not_enabled" and not self.approved_since:
            # Supplier approved the customer before it was registered here.
            self.approved_since = get_company_today(self.company_id)
        # The decision on a request that is being sent comes with its own answer.
        if not self._is_request_under_way():
            self._apply_decision(position)
        self.request_ids[:1]._store_granted_limit(position)
        if self.term_billing_blocked != term_billing_blocked:
            self._sync_orders_with_term_block()


def _queried_before(moment):
    return Domain("queried_at", "=", False) | Domain("queried_at", "<=", moment)
