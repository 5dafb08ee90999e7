from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER
from ...tools.activity import end_told, tell_once


class VendorFinancingRequest(models.Model):
    """Decisions of managers on requests, one or many, and the notices to them."""

    _inherit = "vendor.financing.request"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve these requests, all or none.

        :raise AccessError: for users who are not managers
        :raise UserError: naming the orders that have outgrown their requests
        """
        self._check_manager()
        self._check_state("requested")
        if outgrown := self.filtered(lambda request: not request._is_covering_order()):
            raise UserError(
                self.env._(
                    "%(orders)s: the order has grown or changed its bearer or customer since the "
                    "approval was requested. Refuse the request, and have the order requested "
                    "again.",
                    orders=", ".join(outgrown.mapped("display_name")),
                )
            )
        self._decide("approved")
        self.order_id.sudo()._confirm_approved()
        return True

    def action_refuse(self):
        """Open the wizard that asks for the reason of a refusal."""
        self._check_manager()
        self._check_state("requested", "approved")
        return self.env["vendor.financing.request.refusal"]._get_records_action(
            name=self.env._("Refuse Vendor Requests"),
            target="new",
            context={"default_request_ids": self.ids},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _refuse(self, reason):
        """Refuse these requests; an approval may be withdrawn until its order is confirmed.

        :param reason: shown to requester and salesman
        """
        self._check_manager()
        self._check_state("requested", "approved")
        self._decide("refused", refusal=reason)

    def _decide(self, state, **values):
        self.sudo()._move_to(
            state, approver_id=self.env.uid, decision_date=fields.Datetime.now(), **values
        )
        end_told(self.sudo())
        for request in self:
            request.sudo().order_id.message_post(
                body=self.env._(
                    "Vendor request: %(state)s. %(reason)s",
                    state=request._state_label(),
                    reason=request.refusal or "",
                ),
                partner_ids=(request.requester_id.partner_id - self.env.user.partner_id).ids,
            )

    def _check_manager(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a manager of Vendor financing decides on the requests of %(orders)s.",
                    orders=", ".join(self.mapped("display_name")),
                )
            )

    def _notify_deciders(self):
        """Give one manager an activity for each of these requests, once a request."""
        of_company = {company: self._find_deciders(company) for company in self.company_id}
        for request in self:
            user = request._choose_decider(of_company[request.company_id])
            if not user:
                continue
            request = request.with_context(lang=user.lang)
            tell_once(
                request,
                user,
                request.env._("Decide on the vendor request of %s", request.order_id.name),
                request.env._(
                    "%(requester)s asks for %(days)s days on %(amount)s: approve or refuse.",
                    requester=request.requester_id.name,
                    days=request.plan,
                    amount=request.currency_id.format(request.amount),
                ),
            )

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
