from collections import defaultdict

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
            own_iof = contract._get_own_iof(contract.iof)
            contract.expected_amount = contract.principal + contract.interest - own_iof
            contract.difference = contract.expected_amount - contract.credited_amount
            contract.is_difference_large = contract._is_beyond_tolerance(contract.difference)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_customer_credits(self):
        """Return {customer's company: principal of its titles under this contract, in BRL}.

        By this the law tells small credits of Simples Nacional from others, not by each title.
        """
        self.ensure_one()
        together = defaultdict(float)
        for title in self.title_ids.filtered(lambda title: not title.set_aside_reason):
            together[title.partner_id.commercial_partner_id] += title.principal
        return together

    def _get_own_iof(self, iof):
        """Return what the company bears of the IOF of titles, both in BRL."""
        return iof if self.iof_borne_by == "company" else 0.0

    def _is_beyond_tolerance(self, difference):
        """Return whether a difference in BRL, of either sign, is beyond the agreement's."""
        tolerance = self.agreement_id.tolerance
        return self.currency_id.compare_amounts(abs(difference), tolerance) > 0
