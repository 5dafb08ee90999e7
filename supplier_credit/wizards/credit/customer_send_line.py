from odoo import api, fields, models


class SupplierCreditCustomerSendLine(models.TransientModel):
    """One customer of the wizard, and why it cannot be sent."""

    _name = "supplier.credit.customer.send.line"
    _description = "Customer to Send for Credit Analysis"
    _inherit = "supplier.credit.abstract.guard"

    wizard_id = fields.Many2one(
        comodel_name="supplier.credit.customer.send",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, readonly=True
    )
    customer_id = fields.Many2one(
        comodel_name="supplier.credit.customer",
        string="Credit",
        compute="_compute_customer_id",
        store=True,
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    state = fields.Selection(related="customer_id.state", related_sudo=False)
    limit_total = fields.Monetary(related="customer_id.limit_total", related_sudo=False)
    desired_limit = fields.Monetary()
    problem = fields.Text(compute="_compute_problem")

    @api.depends("wizard_id.agreement_id", "partner_id")
    def _compute_customer_id(self):
        customers = self.env["supplier.credit.customer"]
        for wizard, lines in self.grouped("wizard_id").items():
            known = customers._find_by_partner(wizard.agreement_id, lines.partner_id)
            for line in lines:
                # The credit of a change of limit is set when the line is created.
                given = wizard.kind == "limit"
                line.customer_id = line.customer_id if given else known[line.partner_id]

    @api.depends(
        "wizard_id.agreement_id",
        "wizard_id.line_ids.partner_id",
        "partner_id",
        "customer_id",
        "desired_limit",
    )
    def _compute_problem(self):
        for wizard, lines in self.grouped("wizard_id").items():
            twins = wizard.line_ids.partner_id.grouped(lambda partner: partner._get_supplier_vat())
            for line in lines:
                line.problem = "; ".join(line._get_problems(twins)) or False

    def _get_problems(self, twins):
        """Return why this customer cannot be sent, as texts.

        :param twins: the wizard's partners by CNPJ or CPF
        """
        self.ensure_one()
        wizard, partner, customer = self.wizard_id, self.partner_id, self.customer_id.sudo()
        agreement = customer.agreement_id or wizard.agreement_id
        problems = []
        if not agreement.enabled:
            problems.append(self.env._("choose an active agreement with Supplier"))
        if obstacle := customer._get_request_obstacle(wizard.kind, self.desired_limit):
            problems.append(obstacle)
        if wizard.kind == "limit":
            return problems
        if partner.company_id and partner.company_id != agreement.company_id:
            problems.append(
                self.env._("it belongs to %(company)s only", company=partner.company_id.name)
            )
        if missing := partner._get_missing_supplier_data():
            problems.append(self.env._("missing: %(fields)s", fields=", ".join(missing)))
        others = twins.get(partner._get_supplier_vat() or None, partner) - partner
        if others:
            problems.append(
                self.env._(
                    "same CNPJ as %(others)s; send one of them",
                    others=", ".join(others.mapped("display_name")),
                )
            )
        return problems

    def _get_all_problems(self):
        """Return all problems, including a missing limit, which a new wizard does not show."""
        self.ensure_one()
        problems = [self.problem] if self.problem else []
        if self.desired_limit <= 0:
            problems.append(self.env._("enter the desired limit"))
        return problems
