from odoo import fields, models
from odoo.tools import SQL


class VendorFinancingExposure(models.Model):
    """What each bank finances at the moment, against its limit: a used and a free part.

    The free part of a bank without limit is none; where more is used than the limit it is none.
    """

    _name = "vendor.financing.exposure"
    _description = "Exposure by Bank"
    _auto = False
    _rec_name = "agreement_id"
    _order = "agreement_id, part desc"

    agreement_id = fields.Many2one(comodel_name="vendor.financing.agreement", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    part = fields.Selection(
        selection=[("used", "Used"), ("free", "Free Limit")],
        string="Part of the Limit",
        readonly=True,
    )
    amount = fields.Monetary(readonly=True, help="Open principal, or what is free of it, in BRL.")

    _depends = {
        "vendor.financing.agreement": ["active", "company_id", "limit_amount"],
        "vendor.financing.contract.installment": ["agreement_id", "open_amount", "state"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            WITH used AS (
                SELECT agreement_id, SUM(open_amount) AS amount
                  FROM vendor_financing_contract_installment
                 WHERE state = 'financed'
              GROUP BY agreement_id
            ), position AS (
                SELECT agreement.id, agreement.company_id, COALESCE(used.amount, 0) AS used,
                       COALESCE(agreement.limit_amount, 0) AS limit_amount
                  FROM vendor_financing_agreement agreement
             LEFT JOIN used ON used.agreement_id = agreement.id
                 WHERE agreement.active OR used.amount > 0
            )
            SELECT id * 2 AS id, id AS agreement_id, company_id, 'used' AS part, used AS amount
              FROM position
         UNION ALL
            SELECT id * 2 + 1, id, company_id, 'free', limit_amount - used
              FROM position WHERE limit_amount > used
            """
        )
