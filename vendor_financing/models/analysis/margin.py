from odoo import fields, models
from odoo.tools import SQL


class VendorFinancingMargin(models.Model):
    """What the company earns and bears by vendor financing: a row for each financed instalment.

    By the day on which the bank credited the contract. Instalments that were withdrawn, or whose
    contract was undone, count no more.
    """

    _name = "vendor.financing.margin"
    _description = "Margin and Equalization"
    _auto = False
    _rec_name = "contract_id"
    _order = "date desc, id"

    date = fields.Date(string="Credit Date", readonly=True)
    contract_id = fields.Many2one(comodel_name="vendor.financing.contract", readonly=True)
    agreement_id = fields.Many2one(comodel_name="vendor.financing.agreement", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    principal = fields.Monetary(readonly=True, help="In BRL.")
    earned = fields.Monetary(
        string="Margin", readonly=True, help="The company's part of the interest, in BRL."
    )
    equalization = fields.Monetary(
        readonly=True,
        help="What the company bears of the bank's interest, at closing and at maturity, in BRL.",
    )
    result = fields.Monetary(
        string="Margin Less Equalization", readonly=True, help="In BRL, before IOF."
    )

    _depends = {
        "vendor.financing.contract": ["credit_date"],
        "vendor.financing.contract.installment": [
            "agreement_id",
            "company_id",
            "contract_id",
            "equalization",
            "interest",
            "partner_id",
            "principal",
            "state",
        ],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT part.id, contract.credit_date AS date, part.contract_id, part.agreement_id,
                   part.partner_id, part.company_id, part.principal,
                   GREATEST(part.interest, 0) AS earned,
                   part.equalization - LEAST(part.interest, 0) AS equalization,
                   part.interest - part.equalization AS result
              FROM vendor_financing_contract_installment part
              JOIN vendor_financing_contract contract ON contract.id = part.contract_id
             WHERE part.state NOT IN ('pending', 'withdrawn', 'reversed')
            """
        )
