from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The service invoice (NFS-e) of a fatura, where a localisation issues one.

    Seed 003: "dependendo da cidade, até emitir notas de serviços". The rules of a
    city are in another addon: it overrides the two methods below, which have service code and ISS.
    """

    _inherit = "account.move"

    can_issue_service_invoice = fields.Boolean(compute="_compute_can_issue_service_invoice")

    def _compute_can_issue_service_invoice(self):
        """Return False: nothing here issues service invoices."""
        self.can_issue_service_invoice = False

    def action_issue_service_invoice(self):
        """Issue the service invoice of this fatura.

        :raise UserError: where no addon does that for the company's city
        """
        self.ensure_one()
        self.check_access("read")
        raise UserError(
            self.env._(
                "No service invoice can be issued of %(fatura)s: no addon for NFS-e of the "
                "company's city is installed. Issue it in the city's portal.",
                fatura=self.display_name,
            )
        )

    def _prepare_service_invoice(self):
        """Return the data of a service invoice of this fatura.

        :return: a list of {code (municipal list of services), iss_rate (%), name, amount (BRL)},
            one for each plan
        """
        self.ensure_one()
        plans = self.billing_contract_id.line_ids.plan_id
        lines = []
        for line in self.invoice_line_ids:
            plan = plans.filtered(lambda plan, line=line: plan.product_id == line.product_id)[:1]
            lines.append(
                {
                    "code": plan.service_code or "",
                    "iss_rate": plan.iss_rate,
                    "name": line.name,
                    "amount": line.price_total,
                }
            )
        return lines
