from odoo import api, fields, models


class VendorFinancingReceivableReport(models.AbstractModel):
    """The receivables on paper: by company, bank and customer, with their totals."""

    _name = "report.vendor_financing.vendor_financing_receivable_report"
    _description = "Printed Receivables with Vendor Financing"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the chosen rows, grouped and added up.

        :param docids: ids of vendor.financing.receivable
        """
        rows = self.env["vendor.financing.receivable"].search([("id", "in", docids)])
        return {
            "doc_ids": rows.ids,
            "doc_model": rows._name,
            "docs": rows,
            "today": fields.Date.context_today(self),
            "sections": [
                {
                    "company": company,
                    "banks": self._group_by_bank(of_company),
                    **_add_up(of_company),
                }
                for company, of_company in rows.grouped("company_id").items()
            ],
        }

    def _group_by_bank(self, rows):
        """Return the banks by name, and rows without a bank last."""
        banks = [
            {
                "name": bank.sudo().display_name if bank else "",
                "customers": self._group_by_customer(of_bank),
                **_add_up(of_bank),
            }
            for bank, of_bank in rows.grouped("bank_id").items()
        ]
        return sorted(banks, key=lambda bank: (not bank["name"], bank["name"].casefold()))

    def _group_by_customer(self, rows):
        customers = [
            {
                "name": customer.sudo().display_name or "",
                "rows": of_customer,
                **_add_up(of_customer),
            }
            for customer, of_customer in rows.grouped("partner_id").items()
        ]
        return sorted(customers, key=lambda customer: customer["name"].casefold())


def _add_up(rows):
    return {"amount": sum(rows.mapped("amount")), "residual": sum(rows.mapped("residual"))}
