from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class SupplierCreditPreauthorization(models.Model):
    """Expiry: valid through its last day, expired (VENCIDA) from 00:00 of the next one.

    Days are those of the company's time zone. Source: seed 001, "Renovação de Pré-Autorização".
    """

    _inherit = "supplier.credit.preauthorization"

    is_ending_soon = fields.Boolean(
        string="Ending Soon",
        compute="_compute_is_ending_soon",
        search="_search_is_ending_soon",
        help="In force, and its last day is within the days of warning of the agreement.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("state", "valid_until", "agreement_id.expiry_warning_days")
    def _compute_is_ending_soon(self):
        for reservation in self:
            last = reservation.valid_until
            reservation.is_ending_soon = bool(
                last
                and reservation._is_in_force()
                and last <= self._get_warning_day(reservation.agreement_id)
            )

    def _search_is_ending_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        soon = Domain.OR(
            Domain("agreement_id", "=", agreement.id)
            & Domain("valid_until", "<=", self._get_warning_day(agreement))
            for agreement in self.env["supplier.credit.agreement"].search([("enabled", "=", True)])
        )
        return Domain(self._in_force_domain()) & Domain("cancel_requested", "=", False) & soon

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_warning_day(self, agreement):
        """Return the last day of validity that is warned about today (parameter 3.5)."""
        warning = timedelta(days=agreement.expiry_warning_days)
        return self._get_today(agreement.company_id) + warning

    def _is_overdue(self):
        """Return whether the last day of validity is over, also before the cron has said so."""
        self.ensure_one()
        return bool(self.valid_until) and self.valid_until < self._get_today(self.company_id)

    @api.model
    def _cron_expire(self):
        """Expire what is overdue, company by company; quotations are blocked again by it."""
        in_force = self._in_force_domain()
        for (company,) in self._read_group(in_force, ["company_id"]):
            overdue = self.search(
                [
                    *in_force,
                    ("company_id", "=", company.id),
                    ("valid_until", "<", self._get_today(company)),
                ]
            )
            self.env["ir.cron"]._commit_progress(remaining=len(overdue))
            for reservation in overdue.with_prefetch():
                reservation = reservation.try_lock_for_update().filtered_domain(in_force)
                reservation._move_to("expired")
                if not self.env["ir.cron"]._commit_progress(1):
                    return
