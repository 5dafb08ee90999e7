from odoo import api, fields, models

from .contract import OPEN_STATES

# Of the agreement; a contract keeps what they were when it became effective.
TERMS = ("convention", "iof_borne_by", "recognition", "recourse_days", "rounding")


class VendorFinancingContract(models.Model):
    """The terms that the bank agreed to: the agreement's, until the contract is effective.

    Afterwards the agreement may have others, which count for later contracts. Titles that come
    back or are extended are booked by the terms under which the bank has paid them.
    """

    _inherit = "vendor.financing.contract"

    convention = fields.Selection(
        selection=lambda self: self._get_terms_of_agreement("convention"),
        compute="_compute_terms",
        store=True,
        precompute=True,
    )
    rounding = fields.Selection(
        selection=lambda self: self._get_terms_of_agreement("rounding"),
        compute="_compute_terms",
        store=True,
        precompute=True,
    )
    iof_borne_by = fields.Selection(
        selection=lambda self: self._get_terms_of_agreement("iof_borne_by"),
        string="IOF Borne By",
        compute="_compute_terms",
        store=True,
        precompute=True,
    )
    recognition = fields.Selection(
        selection=lambda self: self._get_terms_of_agreement("recognition"),
        string="Interest Recognised",
        compute="_compute_terms",
        store=True,
        precompute=True,
    )
    recourse_days = fields.Integer(
        string="Recourse After (Days)",
        compute="_compute_terms",
        store=True,
        precompute=True,
        help="Days after the due date on which the bank debits what the customer has not paid.",
    )

    @api.depends(*(f"agreement_id.{name}" for name in TERMS))
    def _compute_terms(self):
        for contract in self:
            is_agreed = contract.iof_borne_by and contract.state not in OPEN_STATES
            source = contract if is_agreed else contract.agreement_id
            for name in TERMS:
                contract[name] = source[name]

    @api.model
    def _get_terms_of_agreement(self, name):
        return self.env["vendor.financing.agreement"]._fields[name].selection
