from odoo import api, fields, models


class VendorFinancingContractInstallment(models.Model):
    """What an instalment still has to recognise as income and as expense."""

    _inherit = "vendor.financing.contract.installment"

    recognition_ids = fields.One2many(
        comodel_name="vendor.financing.recognition",
        inverse_name="installment_id",
        readonly=True,
    )
    # Stored: two operations that recognise the same change the same row, and one is told so.
    deferred_income = fields.Monetary(
        compute="_compute_deferred",
        store=True,
        help="The company's interest that is not earned yet, in BRL.",
    )
    deferred_cost = fields.Monetary(
        compute="_compute_deferred",
        store=True,
        help="Equalization, IOF and interest of extensions that are not spent yet, in BRL.",
    )

    @api.depends("recognition_ids.amount", "recognition_ids.kind")
    def _compute_deferred(self):
        sums = {
            part.id: (kinds, amounts)
            for part, kinds, amounts in self.env["vendor.financing.recognition"]._read_group(
                [("installment_id", "in", self._origin.ids)],
                ["installment_id"],
                ["kind:array_agg", "amount:array_agg"],
            )
        }
        for part in self:
            kinds, amounts = sums.get(part._origin.id, ((), ()))
            both = list(zip(kinds, amounts, strict=True))
            income = sum(amount for kind, amount in both if kind == "interest")
            cost = sum(amount for kind, amount in both if kind != "interest")
            part.deferred_income = part.currency_id.round(income)
            part.deferred_cost = part.currency_id.round(cost)
