from odoo import models

from ...tools.rounding import exact


class VendorFinancingContractInstallment(models.Model):
    """What instalments cost by the rates of the day; the same figures as the bank's."""

    _inherit = "vendor.financing.contract.installment"  # pylint: disable=consider-merging-classes-inherited

    def _propose(self):
        """Write interest, charge, IOF and customer total by the rates that count."""
        quotes = {}
        for title in self.title_id:
            contract = title.contract_id
            parts = title.installment_ids & self
            terms = contract.agreement_id._price_title(
                [(exact(part.principal), part.date_due) for part in parts],
                contract.date,
                contract.credit_date,
                title.partner_id,
                quotes,
            )
            for part, of_part in zip(parts, terms, strict=True):
                part.write({name: float(amount) for name, amount in of_part.items()})
