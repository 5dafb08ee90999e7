from odoo import api, models


class SupplierCreditPreauthorization(models.Model):
    """Expiry: valid through its last day, expired (VENCIDA) from 00:00 of the next one.

    Days are those of the company's time zone. Source: seed 001, "Renovação de Pré-Autorização".
    """

    _inherit = "supplier.credit.preauthorization"

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
