from odoo import models

from ..contract.operation import MANAGER

TODO = "mail.mail_activity_data_todo"


class VendorFinancingRequest(models.Model):
    """One manager is told of a request, and is done with it when anybody has decided."""

    _inherit = "vendor.financing.request"  # pylint: disable=consider-merging-classes-inherited

    def _tell_manager(self):
        """Give who is to decide one activity for each request that has none yet."""
        of_company = {company: self._find_deciders(company) for company in self.company_id}
        for request in self:
            user = request._choose_decider(of_company[request.company_id])
            if not user or request.activity_search([TODO]):
                continue
            request = request.with_context(lang=user.lang)
            request.activity_schedule(
                TODO,
                user_id=user.id,
                summary=request.env._("Decide on the vendor request of %s", request.order_id.name),
                note=request.env._(
                    "%(requester)s asks for %(days)s days on %(amount)s: approve or refuse.",
                    requester=request.requester_id.name,
                    days=request.plan,
                    amount=request.currency_id.format(request.amount),
                ),
            )

    def _close_notice(self):
        """Close what the manager was told, whoever has decided."""
        self.activity_feedback([TODO])

    def _find_deciders(self, company):
        """Return the managers of Vendor financing who may work in this company."""
        managers = self.env.ref(MANAGER).all_user_ids
        return managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        ).sorted("id")

    def _choose_decider(self, managers):
        """Return the responsible of the bearer's bank, or of another one, or the first manager."""
        self.ensure_one()
        agreements = self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.company_id.id)]
        )
        own = agreements.filtered(lambda found: found.journal_id == self.bearer_id.journal_id)
        return ((own | agreements).user_id & managers)[:1] or managers[:1]
