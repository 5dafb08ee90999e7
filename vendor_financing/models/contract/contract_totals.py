from odoo import api, fields, models


class VendorFinancingContract(models.Model):
    """Totals of a contract's titles, and the difference of the value credited from them."""

    _inherit = "vendor.financing.contract"

    title_count = fields.Integer(string="Number of Titles", compute="_compute_totals")
    principal = fields.Monetary(compute="_compute_totals", help="The sum of the titles.")
    interest = fields.Monetary(
        string="Company's Interest",
        compute="_compute_totals",
        help="Negative where the company bears a part of the bank's.",
    )
    iof = fields.Monetary(string="IOF", compute="_compute_totals")
    customer_total = fields.Monetary(
        compute="_compute_totals", help="Paid by the customers to the bank."
    )
    expected_amount = fields.Monetary(
        string="Value Expected",
        compute="_compute_totals",
        help="Principal and the company's interest, less the IOF that the company bears.",
    )
    difference = fields.Monetary(
        compute="_compute_totals",
        help="Expected value less the value credited; booked as bank expenses. Negative if the "
        "bank credits more.",
    )
    open_amount = fields.Monetary(
        compute="_compute_totals", help="Principal that neither customer nor company has paid yet."
    )
    is_difference_large = fields.Boolean(compute="_compute_totals")
    difference_reason = fields.Char(
        readonly=True,
        copy=False,
        help="Why a manager confirmed a difference beyond the tolerance.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends(
        "credited_amount",
        "iof_borne_by",
        "agreement_id.tolerance",
        "installment_ids.principal",
        "installment_ids.interest",
        "installment_ids.iof",
        "installment_ids.customer_total",
        "installment_ids.open_amount",
    )
    def _compute_totals(self):
        names = ("principal", "interest", "iof", "customer_total", "open_amount")
        installments = self.env["vendor.financing.contract.installment"]
        sums = {
            contract.id: (titles, amounts)
            for contract, titles, *amounts in installments._read_group(
                [("contract_id", "in", self.ids), ("state", "!=", "withdrawn")],
                ["contract_id"],
                ["title_id:count_distinct", *(f"{name}:sum" for name in names)],
            )
        }
        for contract in self:
            titles, amounts = sums.get(contract._origin.id, (0, [0.0] * len(names)))
            contract.title_count = titles
            for name, amount in zip(names, amounts, strict=True):
                contract[name] = amount
            own_iof = contract.iof if contract.iof_borne_by == "company" else 0.0
            contract.expected_amount = contract.principal + contract.interest - own_iof
            contract.difference = contract.expected_amount - contract.credited_amount
            contract.is_difference_large = (
                contract.currency_id.compare_amounts(
                    abs(contract.difference), contract.agreement_id.tolerance
                )
                > 0
            )
