from odoo import models

from ...tools.interest import effective_cost
from ...tools.rounding import exact


class VendorFinancingContractInstallment(models.Model):
    """What a customer is told of its instalments: boletos, their parts and the effective cost."""

    _inherit = "vendor.financing.contract.installment"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_effective_cost(self):
        """Return the CET of these instalments together (Res. CMN 4.881/2020).

        :return: % a year, or None where nothing is paid later
        """
        if not self:
            return None
        first = min(self.contract_id.mapped("credit_date"))
        received = sum(exact(part.principal) for part in self)
        flows = [((part.date_due - first).days, exact(part.customer_total)) for part in self]
        try:
            return float(effective_cost(received, flows) * 100)
        except ValueError:
            return None

    def _get_told_interest(self):
        """Return what the customer pays on top of principal and IOF, in BRL, whoever earns it."""
        self.ensure_one()
        iof = self._get_told_iof()
        return self.currency_id.round(self.customer_total - self.principal - iof)

    def _get_told_iof(self):
        """Return the IOF in the boleto, in BRL: none where the company bears it."""
        self.ensure_one()
        return 0.0 if self.contract_id.iof_borne_by == "company" else self.iof
