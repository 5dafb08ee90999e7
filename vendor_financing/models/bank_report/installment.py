from odoo import fields, models


class VendorFinancingContractInstallment(models.Model):
    """The bank's own number of an instalment's boleto (nosso número)."""

    _inherit = "vendor.financing.contract.installment"

    bank_number = fields.Char(
        string="Bank's Number",
        copy=False,
        index="btree_not_null",
        help="The number of the boleto at the bank. Its report is matched by it first.",
    )
