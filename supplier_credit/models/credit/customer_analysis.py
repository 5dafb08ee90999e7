from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.api.customer import CustomerRequest, LimitRequest
from ...tools.brazilian_address import tidy
from ..common.company_day import get_company_today
from .customer_request import UNDECIDED

REQUESTS = {"registration": "customer_create", "limit": "customer_limit"}


class SupplierCreditCustomer(models.Model):
    """Requests of credit analysis: the registration first, changes of the limit afterwards."""

    _inherit = "supplier.credit.customer"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send(self):
        """Open the wizard that sends these customers for credit analysis again.

        :raise UserError: when they belong to several agreements
        """
        self._check_may_send()
        if len(self.agreement_id) > 1:
            raise UserError(
                self.env._(
                    "These customers belong to several agreements (%(agreements)s). Send those of "
                    "one agreement at a time.",
                    agreements=", ".join(self.agreement_id.mapped("name")),
                )
            )
        wizard = self.env["supplier.credit.customer.send"]._create_for_partners(
            self.partner_id, self.agreement_id
        )
        return wizard._get_open_action()

    def action_change_limit(self):
        """Open the wizard that requests other limits for these customers."""
        self._check_may_send()
        wizard = self.env["supplier.credit.customer.send"]._create_for_limits(self)
        return wizard._get_open_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _find_by_partner(self, agreement, partners):
        """Return a dict from commercial partner to its credit, empty if it has none."""
        numbers = {partner: partner._get_supplier_vat() for partner in partners}
        known = self.sudo().search(
            [
                ("agreement_id", "=", agreement.id),
                ("vat", "in", list(filter(None, numbers.values()))),
            ]
        )
        by_number = known.grouped("vat")
        return {
            partner: by_number.get(number, known.browse()) for partner, number in numbers.items()
        }

    def _get_open_request(self):
        """Return the latest request if Supplier has not decided it yet."""
        self.ensure_one()
        return self.request_ids.sorted("id", reverse=True)[:1].filtered_domain(
            [("state", "in", UNDECIDED)]
        )

    def _is_request_under_way(self):
        """Return whether a request is sent and not yet answered."""
        self.ensure_one()
        if self._get_open_request().state != "sending":
            return False
        messages = self.env["supplier.credit.message"]
        return any(
            message.state != "failed"
            for operation in REQUESTS.values()
            for message in messages._find_open(self, operation)
        )

    def _get_request_obstacle(self, kind, desired_limit):
        """Return why this request may not be sent now and what to do; '' if it may.

        An empty recordset stands for a customer that was never sent.

        :param kind: "registration" or "limit"
        :param desired_limit: BRL
        """
        request = self._get_open_request() if self else self.request_ids
        if request.state == "sending":
            if (request.kind, request.desired_limit) == (kind, desired_limit):
                return ""
            return self.env._(
                "a request for %(amount)s is still on its way to Supplier; wait for the answer",
                amount=self.currency_id.format(request.desired_limit),
            )
        if self.state == "in_analysis":
            return self.env._(
                "Supplier is analysing it; use Refresh Position to see whether that is decided"
            )
        if self.retry_from and get_company_today(self.company_id) < self.retry_from:
            return self.env._(
                "Supplier denied it and takes a new request from %(date)s on",
                date=format_date(self.env, self.retry_from),
            )
        if kind == "registration" and self.approved_since:
            return self.env._("it has credit already; use Change Limit on its credit at Supplier")
        if kind == "limit" and not self.approved_since:
            return self.env._(
                "Supplier has not approved its registration; use Send for Credit Analysis"
            )
        return ""

    @api.model
    def _send_registrations(self, agreement, wanted):
        """Register partners at Supplier, all in one transaction; see `_send_requests`.

        :param wanted: dict from commercial partner to desired limit in BRL; their data are complete
        :return: their credits
        """
        partners = self.env["res.partner"].union(*wanted)
        known = self._find_by_partner(agreement, partners)
        missing = [partner for partner, customer in known.items() if not customer]
        created = self.sudo().create(
            [
                {
                    "agreement_id": agreement.id,
                    "company_id": agreement.company_id.id,
                    "partner_id": partner.id,
                    "vat": partner._get_supplier_vat(),
                }
                for partner in missing
            ]
        )
        by_partner = {**known, **dict(zip(missing, created, strict=True))}
        history = partners._get_supplier_purchase_history(agreement.company_id)
        return self._send_requests(
            "registration",
            {
                by_partner[partner]: CustomerRequest(
                    customer=partner._get_supplier_customer_data(),
                    desired_limit=Decimal(str(amount)),
                    history=history[partner.id],
                )
                for partner, amount in wanted.items()
            },
        )

    @api.model
    def _send_limits(self, wanted, motive):
        """Request other limits; see `_send_requests`.

        :param wanted: dict from credit to desired limit in BRL
        :return: the credits
        """
        return self._send_requests(
            "limit",
            {
                customer: LimitRequest(Decimal(str(amount)), tidy(motive, 500))
                for customer, amount in wanted.items()
            },
            motive,
        )

    @api.model
    def _send_requests(self, kind, bodies, motive=False):
        """Store a request for each customer and queue its message.

        Where the same request is being sent already, that one is delivered instead of a second.

        :param bodies: dict from credit to a request of `tools.api.customer`
        :raise UserError: naming each customer that may not be sent now, and why; none is sent then
        """
        customers = self.sudo().union(*bodies)
        limits = {customer: float(bodies[customer].desired_limit) for customer in customers}
        customers._check_requests(kind, limits)
        operation = REQUESTS[kind]
        messages = self.env["supplier.credit.message"].sudo()
        on_their_way = customers.filtered(
            lambda customer: customer._get_open_request().state == "sending"
        )
        if on_their_way:
            messages._find_open(on_their_way, operation)._retry()
        new = customers - on_their_way
        self.env["supplier.credit.customer.request"].sudo().create(
            [
                {
                    "customer_id": customer.id,
                    "kind": kind,
                    "desired_limit": limits[customer],
                    "motive": motive,
                    "former_state": customer.state,
                }
                for customer in new
            ]
        )
        if kind == "registration":
            new._move_to("sending")
        new.write({"error": False, "reason": False})
        for customer in new:
            customer.desired_limit = limits[customer]
        messages.create(
            [
                customer._prepare_message(
                    customer.agreement_id, operation, bodies[customer].to_wire()
                )
                for customer in new
            ]
        )
        return customers

    def _check_requests(self, kind, limits):
        obstacles = {
            customer: customer._get_request_obstacle(kind, limits[customer]) for customer in self
        }
        reasons = [
            self.env._("%(customer)s: %(problem)s", customer=customer.name, problem=obstacle)
            for customer, obstacle in obstacles.items()
            if obstacle
        ]
        if reasons:
            raise UserError(
                self.env._(
                    "These customers cannot be sent to Supplier now.\n%(problems)s",
                    problems="\n".join(reasons),
                )
            )
