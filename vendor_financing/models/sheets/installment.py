from odoo import models


class VendorFinancingContractInstallment(models.Model):
    """One row of the bank sheet: "o documento acrescentando ao valor original o spread"."""

    _inherit = "vendor.financing.contract.installment"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_sheet_values(self, quotes):
        """Return what the columns of the bank sheet show of this instalment.

        Amounts are BRL; the spread is the company's: % of the quote, and its part of the interest.

        :param quotes: dict in which found quotes are cached
        """
        self.ensure_one()
        contract, customer, invoice = self.contract_id, self.partner_id, self.move_id
        quote = contract.agreement_id._get_quote(
            quotes, contract.date, contract.credit_date, self.date_due
        )
        debtor = customer.commercial_partner_id
        return {
            "vat": customer.vat or debtor.vat or "",
            "customer": debtor.name or "",
            "email": customer.email or debtor.email or "",
            "phone": customer.phone or debtor.phone or "",
            "street": ", ".join(filter(None, (customer.street, customer.street2))),
            "zip": customer.zip or "",
            "city": customer.city or "",
            "state": customer.state_id.code or "",
            "invoice": invoice.name or "",
            "reference": invoice.ref or "",
            "invoice_date": invoice.invoice_date or None,
            "invoice_amount": invoice.amount_total,
            "title_amount": self.title_id.principal,
            "contract": contract.number or "",
            "number": self.number,
            "principal": self.principal,
            "spread_rate": quote.spread if quote else 0.0,
            "spread": self.interest,
            "with_spread": self.currency_id.round(self.principal + self.interest),
            "date_due": self.date_due,
            "days": (self.date_due - contract.credit_date).days,
            "iof": self.iof,
            "customer_total": self.customer_total,
        }
