from datetime import timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import BEARER_FIELD
from ..common.company_day import get_company_today

TRANSFER_DAYS = 7
BLOCKED = ("blocked", "blocked_term")


class _Counted(NamedTuple):
    """What a number of the overview counts, and the list behind it.

    :param domain: without the condition on the agreement
    :param action: XML id of the list, in this addon
    :param key: path from the counted records to their agreement, or to its bearers
    :param measure: what is summed
    :param also_read: other models that the domain goes through
    """

    model: str
    domain: Domain
    action: str
    key: str = "agreement_id"
    measure: str = "__count"
    also_read: tuple = ()


class SupplierCreditOverview(models.Model):
    """The first screen: the records under each agreement that need a person.

    Each number is counted for all cards of a company at once, by the very domain of the list that
    it opens.
    """

    _name = "supplier.credit.overview"
    _description = "Supplier Overview"
    _auto = False
    _order = "company_id, name, id"

    name = fields.Char(readonly=True)
    agreement_id = fields.Many2one(comodel_name="supplier.credit.agreement", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    enabled = fields.Boolean(string="Active", readonly=True)
    queue_stopped = fields.Boolean(string="Sending Stopped", readonly=True)
    is_paused = fields.Boolean(related="agreement_id.is_paused")
    paused_until = fields.Datetime(related="agreement_id.paused_until")
    stopped_work = fields.Char(
        compute="_compute_stopped_work",
        compute_sudo=True,
        help="The background work that is switched off or has not run for long.",
    )

    attention_count = fields.Integer(string="Needs Attention", compute="_compute_numbers")
    blocked_order_count = fields.Integer(string="Blocked Orders", compute="_compute_numbers")
    analysis_count = fields.Integer(string="In Analysis", compute="_compute_numbers")
    ending_count = fields.Integer(string="Ending Soon", compute="_compute_numbers")
    expired_count = fields.Integer(
        string="Expired, Order Still Blocked", compute="_compute_numbers"
    )
    invoice_to_send_count = fields.Integer(string="NF-e to Send", compute="_compute_numbers")
    to_process_count = fields.Integer(string="Approvals to Process", compute="_compute_numbers")
    post_sale_waiting_count = fields.Integer(
        string="Post-Sales Waiting", compute="_compute_numbers"
    )
    customer_waiting_count = fields.Integer(
        string="Customers Awaiting Credit", compute="_compute_numbers"
    )
    settlement_entry_count = fields.Integer(
        string="Settlement Entries to Decide", compute="_compute_numbers"
    )
    settlement_count = fields.Integer(string="Settlements to Post", compute="_compute_numbers")
    next_transfer_amount = fields.Monetary(
        string="Transfers of the Next 7 Days", compute="_compute_numbers"
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, card_name AS name, id AS agreement_id, company_id, enabled, queue_stopped
              FROM supplier_credit_agreement
            """
        )

    _depends = {
        "supplier.credit.agreement": ["card_name", "company_id", "enabled", "queue_stopped"],
    }

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_numbers(self):
        for company, cards in self.grouped("company_id").items():
            for name, counted in self._get_lists(company).items():
                numbers = cards._count(counted)
                for card in cards:
                    card[name] = numbers.get(card.agreement_id.id, 0)

    def _compute_stopped_work(self):
        self.stopped_work = ", ".join(self.env["supplier.credit.agreement"]._find_stopped_work())

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_list(self):
        """Open the list behind a number; which one is in the context as `overview`.

        :raise UserError: naming the lists that there are, for another name
        """
        if len(self) != 1:
            raise UserError(self.env._("A list belongs to one card. Open it on the overview."))
        lists = self._get_lists(self.company_id)
        name = self.env.context.get("overview")
        if name not in lists:
            raise UserError(
                self.env._(
                    "The overview has no list “%(name)s”. Its lists are: %(names)s.",
                    name=name or "",
                    names=", ".join(lists),
                )
            )
        counted = lists[name]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"supplier_credit.{counted.action}")
        mine = Domain(counted.key, "in", list(self._get_agreement_ids_by_key(counted.key)))
        return {**action, "domain": list(counted.domain & mine), "context": {"create": False}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _count(self, counted):
        """Count for all these cards at once.

        :param counted: a `_Counted`
        :return: {agreement id: number or amount in BRL}; empty for users who may not read the list
        """
        # Accountants without sales rights have no orders to open, and the other way round.
        if not all(
            self.env[model].has_access("read") for model in (counted.model, *counted.also_read)
        ):
            return {}
        agreement_ids = self._get_agreement_ids_by_key(counted.key)
        groups = self.env[counted.model]._read_group(
            counted.domain & Domain(counted.key, "in", list(agreement_ids)),
            [counted.key],
            [counted.measure],
        )
        numbers = {}
        for record, number in groups:
            agreement_id = agreement_ids[record.id]
            numbers[agreement_id] = numbers.get(agreement_id, 0) + number
        return numbers

    def _get_agreement_ids_by_key(self, key):
        """Return a dict from what a `_Counted.key` leads to, to the agreement of these cards."""
        agreements = self.agreement_id
        if key != BEARER_FIELD:
            return {agreement.id: agreement.id for agreement in agreements}
        return {
            bearer.id: agreement.id
            for agreement in agreements
            for bearer in agreement._get_bearers()
        }

    def _get_lists(self, company):
        """Return what is counted in a company: a dict from the number's field to a `_Counted`."""
        reservation = "supplier.credit.preauthorization"
        today = get_company_today(company)
        of_company = Domain("company_id", "=", company.id)
        unprocessed = Domain("processing_state", "in", ("to_process", "error"))
        return {
            "attention_count": _Counted(
                "supplier.credit.attention", Domain.TRUE, "supplier_credit_attention_action"
            ),
            "blocked_order_count": _Counted(
                "sale.order",
                of_company
                & Domain("supplier_release_state", "in", BLOCKED)
                & (
                    Domain("state", "in", ("draft", "sent"))
                    | Domain("invoice_status", "=", "to invoice")
                ),
                "sale_order_action_console",
                key=BEARER_FIELD,
            ),
            "analysis_count": _Counted(
                reservation,
                Domain("state", "=", "in_analysis"),
                "supplier_credit_preauthorization_action",
            ),
            "ending_count": _Counted(
                reservation,
                Domain("is_ending_soon", "=", True),
                "supplier_credit_preauthorization_action",
            ),
            "expired_count": _Counted(
                reservation,
                Domain("state", "=", "expired")
                & Domain("order_id.supplier_release_state", "in", BLOCKED),
                "supplier_credit_preauthorization_action",
                also_read=("sale.order",),
            ),
            "invoice_to_send_count": _Counted(
                "account.move",
                of_company
                & Domain("move_type", "=", "out_invoice")
                & Domain("state", "=", "posted")
                & Domain("payment_state", "=", "not_paid")
                & Domain("supplier_transaction_ids", "=", False),
                "account_move_action_console",
                key=BEARER_FIELD,
            ),
            "to_process_count": _Counted(
                "supplier.credit.transaction", unprocessed, "supplier_credit_transaction_action"
            ),
            "post_sale_waiting_count": _Counted(
                "supplier.credit.post.sale",
                (Domain("state", "not in", ("approved", "withdrawn")) | unprocessed)
                & (Domain("open_amount", ">", 0) | Domain("processing_state", "!=", "done")),
                "supplier_credit_post_sale_action",
            ),
            "customer_waiting_count": _Counted(
                "supplier.credit.customer",
                Domain("state", "in", ("in_analysis", "pending", "rejected")),
                "supplier_credit_customer_action",
            ),
            "settlement_entry_count": _Counted(
                "supplier.credit.settlement.entry",
                Domain("state", "in", ("open", "proposed")),
                "supplier_credit_settlement_entry_action_undecided",
            ),
            "settlement_count": _Counted(
                "supplier.credit.settlement",
                Domain("state", "in", ("matched", "undone")),
                "supplier_credit_settlement_action",
            ),
            "next_transfer_amount": _Counted(
                "supplier.credit.transaction.installment",
                Domain("transaction_id.state", "=", "approved")
                & Domain("transfer_date", ">=", today)
                & Domain("transfer_date", "<=", today + timedelta(days=TRANSFER_DAYS)),
                "supplier_credit_transaction_installment_action",
                key="transaction_id.agreement_id",
                measure="transfer_amount:sum",
            ),
        }
