from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The service invoice (NFS-e) of a fatura, where a localisation issues one.

    Seed 003: "dependendo da cidade, até emitir notas de serviços". What a city wants is another
    addon's: it overrides the two methods below and finds service code and ISS ready.
    """

    _inherit = "account.move"

    can_issue_service_invoice = fields.Boolean(compute="_compute_can_issue_service_invoice")

    def _compute_can_issue_service_invoice(self):
        """Say no: nothing here issues service invoices."""
        self.can_issue_service_invoice = False

    def action_issue_service_invoice(self):
        """Issue the service invoice of this fatura.

        :raise UserError: where no addon does that for the company's city
        """
        self.ensure_one()
        raise UserError(
            self.env._(
                "No service invoice can be issued of %(fatura)s: no addon for NFS-e of the "
                "company's city is installed. Issue it in the city's portal.",
                fatura=self.display_name,
            )
        )

    def _prepare_service_invoice(self):
        """Return what a service invoice of this fatura needs.

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
