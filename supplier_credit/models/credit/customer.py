from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.api.customer import CreditDecision, CustomerPosition
from ..common.company_day import get_company_today

# Supplier decides: its answers may skip states, and go back.
ANY = {"draft", "sending", "in_analysis", "approved", "pending", "rejected", "denied", "cancelled"}
CUSTOMER_STATES = [
    ("active", "Active"),
    ("blocked_credit", "Blocked by Credit"),
    ("blocked_delay", "Blocked by Delay"),
    ("not_enabled", "Card not Enabled"),
]
# Codes of Supplier's refusals. After those of WORTH_A_QUERY the customer's position is queried.
ALREADY_REGISTERED = "CLIENTE_JA_CADASTRADO"
UNDER_ANALYSIS = "ANALISE_EM_ANDAMENTO"
TOO_EARLY = "REANALISE_NAO_PERMITIDA"
REGISTRATION_REJECTED = "CADASTRO_REJEITADO"
UNKNOWN_CUSTOMER = "CLIENTE_NAO_ENCONTRADO"
WORTH_A_QUERY = (ALREADY_REGISTERED, UNDER_ANALYSIS, TOO_EARLY, REGISTRATION_REJECTED)


class SupplierCreditCustomer(models.Model):
    """The credit of one customer under one agreement (Gestão de Crédito). Seed 000, "Processo"."""

    _name = "supplier.credit.customer"
    _description = "Customer's Credit at Supplier"
    _inherit = ["supplier.credit.abstract.guard", "supplier.credit.abstract.subject"]
    _check_company_auto = True
    _order = "id desc"
    _transitions = {
        "draft": {"sending"},
        # A refused request goes back to the state it was sent in.
        "sending": {"draft", "pending", "rejected", "denied", "cancelled"},
        "in_analysis": ANY,
        "approved": ANY,
        "pending": ANY,
        "rejected": ANY,
        "denied": ANY,
        "cancelled": ANY,
    }

    name = fields.Char(related="partner_id.display_name", string="Name")
    vat = fields.Char(string="CNPJ/CPF", required=True, readonly=True, index="trigram")
    # draft ⇄ sending → in_analysis → approved (changes of the limit are requests of their own)
    #           ⇅           ├───────→ pending (Supplier waits for documents)
    #           ├───────────┼───────→ rejected (correct the data, send again at any time)
    #           │           ├───────→ denied (send again from `retry_from` on)
    #           └───────────┴───────→ cancelled
    state = fields.Selection(
        selection=[
            ("draft", "Not Sent"),
            ("sending", "Sending"),
            ("in_analysis", "In Analysis"),
            ("approved", "Approved"),
            ("pending", "Documents Pending"),
            ("rejected", "Rejected"),
            ("denied", "Denied"),
            ("cancelled", "Cancelled"),
        ],
        string="Credit State",
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
        help="Supplier's decision on the latest request. An earlier limit stays in force.",
    )
    approved_since = fields.Date(
        readonly=True,
        help="When the customer first had credit. Since then its limit can be changed, and it is "
        "not registered again.",
    )
    desired_limit = fields.Monetary(readonly=True, help="The limit that was requested last.")
    pendencies = fields.Text(
        string="Pending Documents",
        readonly=True,
        help="The documents that Supplier waits for, one per line.",
    )
    retry_from = fields.Date(
        readonly=True,
        tracking=True,
        help="From this day on Supplier accepts a new request for the denied customer.",
    )
    customer_state = fields.Selection(
        selection=CUSTOMER_STATES,
        readonly=True,
        index="btree_not_null",
        tracking=True,
        help="Whether the customer may buy on Supplier's credit now.",
    )
    term_billing_blocked = fields.Boolean(
        readonly=True,
        tracking=True,
        help="Supplier accepts no new billing on term for this customer at present.",
    )
    request_ids = fields.One2many(
        comodel_name="supplier.credit.customer.request",
        inverse_name="customer_id",
        string="Requests",
        readonly=True,
    )

    _agreement_vat_unique = models.Constraint(
        "UNIQUE (agreement_id, vat)", "A customer is registered once per agreement and CNPJ."
    )
    _term_billing_blocked_idx = models.Index("(id) WHERE term_billing_blocked")
    _error_idx = models.Index("(id) WHERE error IS NOT NULL")

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for customer in self:
            if customer.state != "draft" or customer.request_ids:
                raise UserError(
                    self.env._(
                        "Customer %(customer)s was sent to Supplier for credit analysis and stays "
                        "on record; it cannot be deleted.",
                        customer=customer.name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_resource(self):
        return self.vat

    @api.model
    def _find(self, agreement, partner):
        """Return the credit of a partner under an agreement; empty if it is not registered."""
        vat = partner.commercial_partner_id._get_supplier_vat()
        if not vat:
            return self.sudo().browse()
        return self.sudo().search([("agreement_id", "=", agreement.id), ("vat", "=", vat)])

    def _apply_answer(self, message, body):
        if message.operation == "customer_query":
            self._apply_position(CustomerPosition.from_wire(body))
            return
        decision = CreditDecision.from_wire(body)
        self._apply_decision(decision)
        if decision.state == "approved":
            self._query_position()

    def _apply_decision(self, decision):
        """Store Supplier's decision here and on the open request.

        :param decision: `tools.api.customer.CreditDecision`
        """
        self.ensure_one()
        self._get_open_request()._store_decision(decision)
        approved_since = self.approved_since
        if decision.state == "approved" and not approved_since:
            approved_since = get_company_today(self.company_id)
        self._move_to(
            decision.state,
            code=decision.code,
            reason=decision.reason or False,
            pendencies="\n".join(decision.pendencies) or False,
            retry_from=decision.retry_from or False,
            approved_since=approved_since,
            error=False,
        )

    def _apply_rejection(self, message, reason):
        refusal = message.response or ""
        reason = self._describe_refusal(refusal) or reason
        if message.operation != "customer_query":
            request = self._get_open_request()
            former_state = request.former_state or self.state
            request._store_refusal(reason)
            self._move_to(former_state, error=reason)
            if any(code in refusal for code in WORTH_A_QUERY):
                self._query_position()
        self.error = reason

    def _describe_refusal(self, refusal):
        """Return the meaning of Supplier's code and what to do; '' for an unknown code."""
        values = {"customer": self.name, "vat": self.vat}
        texts = {
            ALREADY_REGISTERED: self.env._(
                "Supplier already has customer %(customer)s (%(vat)s) and did not register it "
                "again. Its position is being queried. For more credit use Change Limit.",
                **values,
            ),
            UNDER_ANALYSIS: self.env._(
                "Supplier is still analysing an earlier request for customer %(customer)s. Its "
                "state is being queried; send again once that request is decided.",
                **values,
            ),
            TOO_EARLY: self.env._(
                "Supplier takes no new request for customer %(customer)s yet. The day from which "
                "it does is being queried.",
                **values,
            ),
            REGISTRATION_REJECTED: self.env._(
                "Supplier rejected the registration of customer %(customer)s. Correct its data and "
                "use Send for Credit Analysis.",
                **values,
            ),
            UNKNOWN_CUSTOMER: self.env._(
                "Supplier does not know customer %(customer)s (%(vat)s). Use Send for Credit "
                "Analysis.",
                **values,
            ),
        }
        return next((text for code, text in texts.items() if code in refusal), "")

    def _show_problem(self, message, text):
        self.error = text
