from odoo import fields, models
from odoo.exceptions import UserError

from ..common.for_each import for_each


class SupplierCreditPreauthorization(models.Model):
    """Freeing the credit that is left of a reservation, by its order's change or by hand.

    Source: seed 001, "Cancelamento de Pré-Autorização".
    """

    _inherit = "supplier.credit.preauthorization"

    cancel_requested = fields.Boolean(
        string="Being Cancelled",
        readonly=True,
        help="The order no longer needs this reservation; Supplier is asked to free the credit.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_cancel(self):
        """Cancel these reservations at Supplier; their orders are blocked again.

        :return: see `for_each`
        :raise UserError: naming a reservation without credit, or one that an invoice being
            registered uses
        """
        self._check_may_send()
        return for_each(self.sudo(), lambda reservation: reservation._cancel_by_hand())

    def action_release_rest(self):
        """Free the unused credit of these reservations at Supplier.

        :return: see `for_each`
        :raise UserError: naming a reservation that is not in force, or one that an invoice being
            registered uses
        """
        self._check_may_send()
        return for_each(self.sudo(), lambda reservation: reservation._release_rest_by_hand())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_still_needed(self):
        """Return whether the order still needs this reservation, whatever its amount is.

        The order exists, is not cancelled, and has the same company, bearer, agreement and
        customer.
        """
        self.ensure_one()
        order = self.order_id
        bearer = order.preferred_payment_method_line_id
        agreement = bearer.supplier_agreement_id
        return bool(
            order
            and order.state != "cancel"
            and order.company_id == self.company_id
            and order._filter_supplier_credit()
            and self.bearer_id in (bearer, bearer.browse())
            and agreement in (self.agreement_id, agreement.browse())
            and order.partner_invoice_id.commercial_partner_id == self.partner_id
        )

    def _cancel_by_hand(self):
        if self.state not in self._get_live_states():
            raise UserError(
                self.env._(
                    "Pre-authorization %(reservation)s is %(state)s and holds no credit; there is "
                    "nothing to cancel.",
                    reservation=self.name,
                    state=self._state_label().lower(),
                )
            )
        self._check_no_invoice_under_way(self.env._("be cancelled"))
        if waiting := self._find_open_message("preauthorization_cancel"):
            waiting._retry()
        else:
            self._request_cancellation()

    def _release_rest_by_hand(self):
        self._check_in_force(self.env._("release its rest"))
        self._check_no_invoice_under_way(self.env._("release its rest"))
        self._release_rest()

    def _request_cancellation(self):
        """Request the cancellation of these live reservations, once for each.

        A reservation that was never attempted is withdrawn. One that is being sent is cancelled as
        soon as its answer is known. A refused cancellation is requested again.
        """
        for reservation in self.filtered(lambda live: not live._is_being_cancelled()):
            reservation.cancel_requested = True
            if reservation.state == "sending":
                reservation._withdraw()
            else:
                reservation._queue_cancellation()
        self.order_id._update_supplier_release_state()

    def _is_being_cancelled(self):
        """Return whether the cancellation is being sent, or follows the answer that is awaited."""
        self.ensure_one()
        return self.cancel_requested and (
            self.state == "sending" or bool(self._find_open_message("preauthorization_cancel"))
        )

    def _withdraw(self):
        """Withdraw the reservation if its message was never attempted."""
        self.ensure_one()
        message = self._find_open_message("preauthorization_create")
        if message and message.state == "waiting" and not message.attempts:
            message._move_to("withdrawn")
            self._move_to("cancelled")

    def _queue_cancellation(self):
        self.ensure_one()
        self._queue_message(self.agreement_id, "preauthorization_cancel", {})

    def _release_rest(self):
        self.ensure_one()
        if not self._find_open_message("preauthorization_release"):
            self.pending_total = 0
            self._queue_message(self.agreement_id, "preauthorization_release", {})
