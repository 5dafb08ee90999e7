from odoo import fields, models

# Supplier has not decided on the request yet.
UNDECIDED = ("sending", "in_analysis", "pending")


class SupplierCreditCustomerRequest(models.Model):
    """One request for credit, and Supplier's decision on it. Requests are never deleted."""

    _name = "supplier.credit.customer.request"
    _description = "Request for Credit"
    _inherit = ["supplier.credit.abstract.guard", "supplier.credit.abstract.state"]
    _order = "id desc"
    _rec_name = "customer_id"
    _transitions = {
        "sending": set(),
        "in_analysis": {"sending", "pending"},
        "pending": {"sending", "in_analysis"},
        "approved": set(UNDECIDED),
        "rejected": set(UNDECIDED),
        "denied": set(UNDECIDED),
        "cancelled": set(UNDECIDED),
        "refused": set(UNDECIDED),
    }

    customer_id = fields.Many2one(
        comodel_name="supplier.credit.customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[("registration", "Registration"), ("limit", "Change of Limit")],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Requested by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    desired_limit = fields.Monetary(required=True, readonly=True)
    motive = fields.Char(readonly=True)
    # sending → in_analysis ⇄ pending → approved | rejected | denied | cancelled
    #    └────→ refused (Supplier did not accept the request itself)
    state = fields.Selection(
        selection=[
            ("sending", "Sending"),
            ("in_analysis", "In Analysis"),
            ("pending", "Documents Pending"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("denied", "Denied"),
            ("cancelled", "Cancelled"),
            ("refused", "Not Accepted"),
        ],
        string="Result",
        required=True,
        readonly=True,
        default="sending",
        index=True,
    )
    granted_limit = fields.Monetary(readonly=True)
    reason = fields.Char(readonly=True)
    former_state = fields.Char(
        readonly=True, help="The customer's credit state when the request was sent."
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _store_decision(self, decision):
        """Store Supplier's decision; see `tools.api.customer.CreditDecision`."""
        reasons = [decision.reason, *decision.pendencies]
        self._move_to(decision.state, reason="; ".join(filter(None, reasons)) or False)

    def _store_refusal(self, reason):
        """Store that Supplier did not accept the request, and why."""
        self._move_to("refused", reason=reason)

    def _store_granted_limit(self, position):
        """Store the limit of the first position after the approval."""
        for request in self:
            if request.state == "approved" and not request.granted_limit:
                request.granted_limit = float(position.limit_total)
