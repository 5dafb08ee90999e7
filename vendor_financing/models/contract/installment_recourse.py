from datetime import timedelta

from odoo import api, fields, models

from ...tools.activity import tell_once
from ..common.company_day import get_company_today


class VendorFinancingAgreement(models.Model):
    """The user who is notified of instalments past recourse."""

    _inherit = "vendor.financing.agreement"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        help="Notified of instalments that the customer has not paid within the recourse days.",
    )


class VendorFinancingContractInstallment(models.Model):
    """Recourse: after some days the bank debits instalments that are not paid. Seed 004."""

    _inherit = "vendor.financing.contract.installment"

    recourse_date = fields.Date(
        compute="_compute_recourse_date",
        store=True,
        index=True,
        help="The last day on which the bank waits for the customer.",
    )
    recourse_proposed_for = fields.Date(
        readonly=True, copy=False, help="The recourse date of which the responsible was notified."
    )

    @api.depends("date_due", "contract_id.recourse_days")
    def _compute_recourse_date(self):
        for part in self:
            part.recourse_date = part.date_due and part.date_due + timedelta(
                days=part.contract_id.recourse_days
            )

    @api.model
    def _cron_propose_defaults(self):
        """Notify the responsible of each agreement, once per instalment and due date."""
        # Nowhere is it a later day than that.
        tomorrow = fields.Date.today() + timedelta(days=1)
        late = self.search([("state", "=", "financed"), ("recourse_date", "<", tomorrow)])
        late = late.filtered(
            lambda part: part.recourse_proposed_for != part.recourse_date
            and part.recourse_date < get_company_today(part.company_id)
        )
        for contract, parts in late.grouped("contract_id").items():
            user = contract.agreement_id.user_id or contract.create_uid
            contract = contract.with_context(lang=user.lang)
            tell_once(
                contract,
                user,
                contract.env._(
                    "Past recourse on %(date)s: check whether the bank has debited",
                    date=max(parts.mapped("recourse_date")),
                ),
                contract.env._(
                    "Not paid by the customers: %(installments)s. Enter on the instalments what "
                    "the bank debited, or what was paid.",
                    installments=", ".join(parts.mapped("display_name")),
                ),
            )
            for part in parts.sudo():
                part.recourse_proposed_for = part.recourse_date
