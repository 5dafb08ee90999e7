from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SupplierCreditCustomerSend(models.TransientModel):
    """Sends customers for credit analysis, or requests other limits; one or many."""

    _name = "supplier.credit.customer.send"
    _description = "Send for Credit Analysis"
    _inherit = "supplier.credit.abstract.guard"

    kind = fields.Selection(
        selection=[("registration", "Registration"), ("limit", "Change of Limit")],
        required=True,
        readonly=True,
        default="registration",
    )
    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        domain="[('enabled', '=', True), ('company_id', 'in', allowed_company_ids)]",
    )
    agreement_count = fields.Integer(readonly=True)
    currency_id = fields.Many2one(
        comodel_name="res.currency", default=lambda self: self.env.company.currency_id
    )
    desired_limit = fields.Monetary(
        help="For all customers below; it can be changed there for each."
    )
    motive = fields.Char(
        size=500, help="Why the limit should change, for Supplier's analyst to read."
    )
    leave_out = fields.Boolean(
        string="Leave Out Those with a Problem",
        help="Send the other customers now, and leave these unchanged.",
    )
    line_ids = fields.One2many(
        comodel_name="supplier.credit.customer.send.line",
        inverse_name="wizard_id",
        string="Customers",
    )
    problem_count = fields.Integer(compute="_compute_counts")
    ready_count = fields.Integer(compute="_compute_counts")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("line_ids.problem")
    def _compute_counts(self):
        for wizard in self:
            wizard.problem_count = len(wizard.line_ids.filtered("problem"))
            wizard.ready_count = len(wizard.line_ids) - wizard.problem_count

    # -------------------------------------------------------------------------
    # ONCHANGE METHODS
    # -------------------------------------------------------------------------

    # No computed field of the lines: saved together, the wizard's value would replace theirs.
    @api.onchange("desired_limit")
    def _onchange_desired_limit(self):
        for line in self.line_ids:
            line.desired_limit = self.desired_limit

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send(self):
        """Send the customers; with `leave_out`, those without a problem.

        :return: a notification
        :raise UserError: naming all problems of each customer; nothing is sent then. With
            `leave_out`, only if a desired limit is missing or no customer is left
        """
        self.ensure_one()
        self._check_user()
        left_out = self.line_ids.filtered("problem")
        ready = self.line_ids - left_out
        unlimited = ready.filtered(lambda line: line.desired_limit <= 0)
        if not ready or unlimited or (left_out and not self.leave_out):
            raise UserError(self._describe_problems(left_out | unlimited))
        customers = self.env["supplier.credit.customer"]
        if self.kind == "limit":
            sent = customers._send_limits(
                {line.customer_id: line.desired_limit for line in ready}, self.motive
            )
        else:
            sent = customers._send_registrations(
                self.agreement_id,
                {line.partner_id.commercial_partner_id: line.desired_limit for line in ready},
            )
        return self._notify_sent(sent, left_out)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _create_for_partners(self, partners, agreement=None):
        """Return a wizard that registers these commercial partners.

        :param agreement: the agreement to send under; the company's only enabled one if not given
        :raise UserError: when the company has no enabled agreement
        """
        self._check_role()
        agreements = self.env["supplier.credit.agreement"].search(
            [("enabled", "=", True), ("company_id", "=", self.env.company.id)]
        )
        chosen = agreement or agreements
        if not chosen:
            raise UserError(
                self.env._(
                    "%(company)s has no active agreement with Supplier. Ask a manager to set one "
                    "up under Supplier > Configuration > Agreements.",
                    company=self.env.company.display_name,
                )
            )
        return self.create(
            {
                "agreement_id": chosen.id if len(chosen) == 1 else False,
                "agreement_count": len(agreements),
                "line_ids": [
                    fields.Command.create({"partner_id": partner.id}) for partner in partners
                ],
            }
        )

    @api.model
    def _create_for_limits(self, customers):
        """Return a wizard that requests other limits of these credits."""
        self._check_role()
        return self.create(
            {
                "kind": "limit",
                "line_ids": [
                    fields.Command.create(
                        {"partner_id": customer.partner_id.id, "customer_id": customer.id}
                    )
                    for customer in customers
                ],
            }
        )

    def _get_open_action(self):
        """Return the action that shows this wizard."""
        self.ensure_one()
        names = {
            "registration": self.env._("Send for Credit Analysis"),
            "limit": self.env._("Change Limit"),
        }
        return self._get_records_action(name=names[self.kind], target="new")

    @api.model
    def _check_role(self):
        if not self.env.user.has_group("supplier_credit.supplier_credit_group_user"):
            raise AccessError(
                self.env._(
                    "Only users of Supplier Credit may send customers for credit analysis. Ask an "
                    "administrator for the role."
                )
            )

    def _check_user(self):
        """Check that the user may read all that is sent, because it is sent as superuser.

        :raise AccessError: if not
        """
        self._check_role()
        self.check_access("read")
        self.agreement_id.check_access("read")
        self.line_ids.partner_id.check_access("read")
        self.line_ids.customer_id.check_access("read")

    def _describe_problems(self, lines):
        problems = "\n".join(
            self.env._(
                "%(customer)s: %(problem)s",
                customer=line.partner_id.display_name,
                problem="; ".join(line._get_all_problems()),
            )
            for line in lines
        )
        if len(self.line_ids) > len(lines):
            return self.env._(
                "Nothing was sent. Correct these customers, or choose Leave Out Those with a "
                "Problem.\n%(problems)s",
                problems=problems,
            )
        if not lines:
            return self.env._("Nothing was sent: there is no customer on the list. Choose some.")
        return self.env._(
            "Nothing was sent. Correct what is missing and send again.\n%(problems)s",
            problems=problems,
        )

    def _notify_sent(self, customers, left_out):
        message = self.env._(
            "Sent to Supplier: %(count)s. The credit state of each shows the answer.",
            count=len(customers),
        )
        if left_out:
            message = self.env._(
                "%(message)s Left out: %(names)s.",
                message=message,
                names=", ".join(left_out.partner_id.mapped("display_name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left_out else "success",
                "message": message,
                "sticky": bool(left_out),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
