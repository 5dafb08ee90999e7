from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

TRANSFER_DAYS = 7
# Models that a number's domain goes through, beside the one that it counts.
ALSO_READ = {"expired_count": ("sale.order",)}


class SupplierCreditAgreement(models.Model):
    """The overview: what needs somebody under each agreement, each number with its list."""

    _inherit = "supplier.credit.agreement"

    blocked_order_count = fields.Integer(compute="_compute_overview")
    analysis_count = fields.Integer(compute="_compute_overview")
    ending_count = fields.Integer(compute="_compute_overview")
    expired_count = fields.Integer(compute="_compute_overview")
    invoice_to_send_count = fields.Integer(compute="_compute_overview")
    to_process_count = fields.Integer(compute="_compute_overview")
    post_sale_waiting_count = fields.Integer(compute="_compute_overview")
    customer_waiting_count = fields.Integer(compute="_compute_overview")
    attention_count = fields.Integer(compute="_compute_overview")
    settlement_entry_count = fields.Integer(compute="_compute_overview")
    settlement_count = fields.Integer(compute="_compute_overview")
    next_transfer_amount = fields.Monetary(compute="_compute_overview")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_overview(self):
        for agreement in self:
            domains = agreement._get_overview_domains()
            model, domain = domains.pop("next_transfer_amount")
            ((total,),) = self.env[model]._read_group(domain, [], ["transfer_amount:sum"])
            agreement.next_transfer_amount = total
            for name, (model, domain) in domains.items():
                # Accountants without sales rights have no orders to open, and the other way round.
                readable = all(
                    self.env[needed].has_access("read")
                    for needed in (model, *ALSO_READ.get(name, ()))
                )
                agreement[name] = self.env[model].search_count(domain) if readable else 0

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_overview(self):
        """Open the list behind a number; which one is in the context as `overview`."""
        self.ensure_one()
        name = self.env.context["overview"]
        _model, domain = self._get_overview_domains()[name]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            {
                "blocked_order_count": "supplier_credit.sale_order_action_console",
                "invoice_to_send_count": "supplier_credit.account_move_action_console",
                "to_process_count": "supplier_credit.supplier_credit_transaction_action",
                "post_sale_waiting_count": "supplier_credit.supplier_credit_post_sale_action",
                "customer_waiting_count": "supplier_credit.supplier_credit_customer_action",
                "attention_count": "supplier_credit.supplier_credit_attention_action",
                "settlement_entry_count": (
                    "supplier_credit.supplier_credit_settlement_entry_action_undecided"
                ),
                "settlement_count": "supplier_credit.supplier_credit_settlement_action",
                "next_transfer_amount": (
                    "supplier_credit.supplier_credit_transaction_installment_action"
                ),
            }.get(name, "supplier_credit.supplier_credit_preauthorization_action")
        )
        return {**action, "domain": list(domain), "context": {"create": False}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_overview_domains(self):
        """Return what each number counts: a dict from its field to (model, domain)."""
        self.ensure_one()
        bearers = self._get_bearers().ids
        mine = Domain("agreement_id", "=", self.id)
        today = self.env["supplier.credit.preauthorization"]._get_today(self.company_id)
        reservation = "supplier.credit.preauthorization"
        transaction = "supplier.credit.transaction"
        return {
            "blocked_order_count": (
                "sale.order",
                Domain("supplier_release_state", "in", ("blocked", "blocked_term"))
                & Domain("preferred_payment_method_line_id", "in", bearers)
                & Domain("company_id", "=", self.company_id.id)
                & (
                    Domain("state", "in", ("draft", "sent"))
                    | Domain("invoice_status", "=", "to invoice")
                ),
            ),
            "analysis_count": (reservation, mine & Domain("state", "=", "in_analysis")),
            "ending_count": (reservation, mine & Domain("is_ending_soon", "=", True)),
            "expired_count": (
                reservation,
                mine
                & Domain("state", "=", "expired")
                & Domain("order_id.supplier_release_state", "in", ("blocked", "blocked_term")),
            ),
            "invoice_to_send_count": (
                "account.move",
                Domain("move_type", "=", "out_invoice")
                & Domain("state", "=", "posted")
                & Domain("payment_state", "=", "not_paid")
                & Domain("preferred_payment_method_line_id", "in", bearers)
                & Domain("company_id", "=", self.company_id.id)
                & Domain("supplier_transaction_ids", "=", False),
            ),
            "to_process_count": (
                transaction,
                mine & Domain("processing_state", "in", ("to_process", "error")),
            ),
            "post_sale_waiting_count": (
                "supplier.credit.post.sale",
                mine
                & (
                    Domain("state", "not in", ("approved", "withdrawn"))
                    | Domain("processing_state", "in", ("to_process", "error"))
                )
                & (Domain("open_amount", ">", 0) | Domain("processing_state", "!=", "done")),
            ),
            "customer_waiting_count": (
                "supplier.credit.customer",
                mine & Domain("state", "in", ("in_analysis", "pending", "rejected")),
            ),
            "attention_count": ("supplier.credit.attention", mine),
            "settlement_entry_count": (
                "supplier.credit.settlement.entry",
                mine & Domain("state", "in", ("open", "proposed")),
            ),
            "settlement_count": (
                "supplier.credit.settlement",
                mine & Domain("state", "in", ("matched", "undone")),
            ),
            "next_transfer_amount": (
                "supplier.credit.transaction.installment",
                Domain("transaction_id.agreement_id", "=", self.id)
                & Domain("transaction_id.state", "=", "approved")
                & Domain("transfer_date", ">=", today)
                & Domain("transfer_date", "<=", today + timedelta(days=TRANSFER_DAYS)),
            ),
        }

    def _get_bearers(self):
        """Return the bearers of this agreement, and those that name none if it is the only one."""
        self.ensure_one()
        bearers = self.bearer_ids
        unnamed = bearers.browse(bearers._get_supplier_bearer_ids()).filtered(
            lambda bearer: not bearer.supplier_agreement_id and bearer.company_id == self.company_id
        )
        if unnamed and unnamed[0]._find_supplier_agreements(self.company_id) == self:
            bearers |= unnamed
        return bearers
