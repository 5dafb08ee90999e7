from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.company_day import get_company_today
from ..common.for_each import for_each
from .preauthorization import IN_FORCE

# A renewal that was missed is made up for within these days.
CATCH_UP_DAYS = 3


class SupplierCreditPreauthorization(models.Model):
    """Validity: expiry, and renewal on the last day (parameters 3.2 and 3.3) or by hand.

    A reservation is valid through its last day and expired (VENCIDA) from 00:00 of the next one, in
    the company's time zone. Source: seed 001, "Renovação de Pré-Autorização".
    """

    _inherit = "supplier.credit.preauthorization"

    is_ending_soon = fields.Boolean(
        string="Ending Soon",
        compute="_compute_is_ending_soon",
        search="_search_is_ending_soon",
        help="In force, and its last day is within the agreement's days of warning.",
    )
    renewal_asked_for = fields.Date(
        readonly=True, help="The last day of validity for which an automatic renewal was sent."
    )
    former_code = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="Supplier's code before the last renewal that brought a new one.",
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
        return Domain(self._get_in_force_domain()) & Domain("cancel_requested", "=", False) & soon

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_renew(self):
        """Request a new validity of these reservations, also of expired ones.

        :return: see `for_each`
        :raise UserError: naming the reservation that cannot be renewed, and why
        """
        self._check_may_send()
        return for_each(self.sudo(), lambda reservation: reservation._renew_by_hand())

    # -------------------------------------------------------------------------
    # EXPIRY
    # -------------------------------------------------------------------------

    @api.model
    def _get_warning_day(self, agreement):
        """Return the latest last day of validity that is warned about today (parameter 3.5)."""
        warning = timedelta(days=agreement.expiry_warning_days)
        return get_company_today(agreement.company_id) + warning

    def _is_overdue(self):
        """Return whether the last day of validity is over, also before the cron has run."""
        self.ensure_one()
        return bool(self.valid_until) and self.valid_until < get_company_today(self.company_id)

    @api.model
    def _cron_expire(self):
        """Expire overdue reservations, company by company, which blocks their orders again."""
        in_force = self._get_in_force_domain()
        for (company,) in self._read_group(in_force, ["company_id"]):
            overdue = self.search(
                [
                    *in_force,
                    ("company_id", "=", company.id),
                    ("valid_until", "<", get_company_today(company)),
                ]
            )
            self.env["ir.cron"]._commit_progress(remaining=len(overdue))
            for reservation in overdue.with_prefetch():
                reservation = reservation.try_lock_for_update().filtered_domain(in_force)
                reservation._move_to("expired")
                if not self.env["ir.cron"]._commit_progress(1):
                    return

    # -------------------------------------------------------------------------
    # RENEWAL
    # -------------------------------------------------------------------------

    @api.model
    def _cron_renew(self):
        """Renew reservations on their last day after the time of 3.3; make up for missed ones."""
        cron = self.env["ir.cron"]
        for agreement in self.env["supplier.credit.agreement"].search(
            [("enabled", "=", True), ("renewal_automatic", "=", True)]
        ):
            ending = self._find_to_renew(agreement)
            cron._commit_progress(remaining=len(ending))
            for reservation in ending.with_prefetch():
                reservation = reservation.try_lock_for_update()
                if reservation and not reservation._get_renewal_problem():
                    reservation.renewal_asked_for = reservation.valid_until
                    reservation._renew()
                if not cron._commit_progress(1):
                    return

    @api.model
    def _find_to_renew(self, agreement):
        """Return the reservations on their last day, and those whose renewal was missed."""
        today = get_company_today(agreement.company_id)
        last = today if agreement._is_renewal_time() else today - timedelta(days=1)
        candidates = self.search(
            Domain(
                [
                    ("agreement_id", "=", agreement.id),
                    ("state", "in", (*IN_FORCE, "expired")),
                    ("cancel_requested", "=", False),
                    ("order_id", "!=", False),
                    ("valid_until", "<=", last),
                    ("valid_until", ">=", today - timedelta(days=CATCH_UP_DAYS)),
                ]
            )
        )
        return candidates.filtered(
            lambda reservation: reservation.renewal_asked_for != reservation.valid_until
            and reservation._is_still_needed()
            and reservation.order_id._get_supplier_reservable_amount() > 0
        )

    def _get_renewal_problem(self):
        """Return why this reservation cannot be renewed and what to do, or False."""
        self.ensure_one()
        if self.cancel_requested or self.state not in (*IN_FORCE, "expired"):
            return self.env._(
                "Pre-authorization %(reservation)s is %(state)s and cannot be renewed. Send a new "
                "one from the order if it still needs credit.",
                reservation=self.name,
                state=self._state_label().lower(),
            )
        if not self._is_still_needed():
            return self.env._(
                "Pre-authorization %(reservation)s cannot be renewed: its order is cancelled, "
                "gone, or has another bearer or customer by now.",
                reservation=self.name,
            )
        other = self.order_id._get_live_preauthorization() - self
        if other:
            return self.env._(
                "Pre-authorization %(reservation)s cannot be renewed: order %(order)s already has "
                "%(other)s.",
                reservation=self.name,
                order=self.order_number,
                other=other.code or other.name,
            )
        return False

    def _renew_by_hand(self):
        if problem := self._get_renewal_problem():
            raise UserError(problem)
        self._renew()

    def _renew(self):
        self.ensure_one()
        message = self._find_open_message("preauthorization_renew")
        if message:
            message._retry()
        else:
            self._queue_message(self.agreement_id, "preauthorization_renew", {})

    def _get_renewal_values(self, answer):
        """Return the values of a renewal: under a new code, the balance has no use yet.

        :param answer: `tools.api.preauthorization.Preauthorization`
        """
        if not answer.code or answer.code == self.code:
            return {}
        self.message_post(
            body=self.env._(
                "Renewed with a new code: %(new)s in the place of %(old)s.",
                new=answer.code,
                old=self.code,
            )
        )
        return {"used_amount": 0, "former_code": self.code}
