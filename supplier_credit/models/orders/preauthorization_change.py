from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.api.preauthorization import PreauthorizationChange
from ..common.for_each import for_each


class SupplierCreditPreauthorization(models.Model):
    """Changing reservations with their orders. Seed 001, "Alteração de Pré-Autorização".

    Only edits of the order change a reservation; invoices, deliveries and returns do not.
    """

    _inherit = "supplier.credit.preauthorization"

    pending_total = fields.Monetary(
        readonly=True, help="The order's total in the last request to Supplier."
    )
    refused_total = fields.Monetary(
        readonly=True, help="The order's total that Supplier refused; it is not requested again."
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_change(self):
        """Send the changes of these reservations' orders now, without waiting for parameter 2.3.

        :return: see `for_each`
        :raise UserError: naming a reservation that is not in force
        """
        self._check_may_send()
        return for_each(self.sudo(), lambda reservation: reservation._send_change_by_hand())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_follow_orders(self):
        """Send the changes of orders, agreement by agreement, at the interval of parameter 2.3.

        Several changes within an interval are sent as one; an amount that is the old one again is
        not sent. The name stands in the data of existing databases.
        """
        cron = self.env["ir.cron"]
        for agreement in self.env["supplier.credit.agreement"]._filter_interval_over(
            "changes_sent_at", "change_interval_minutes"
        ):
            differing = self._find_differing(agreement)
            cron._commit_progress(remaining=len(differing))
            for reservation in differing.with_prefetch():
                reservation.try_lock_for_update()._sync_with_order()
                if not cron._commit_progress(1):
                    return
            agreement.changes_sent_at = fields.Datetime.now()

    def _send_change_by_hand(self):
        self._check_in_force(self.env._("be changed"))
        # A person may request a refused amount again.
        self.refused_total = 0
        self._sync_with_order()
        needed = self.order_id._get_supplier_reservable_amount()
        if (
            self._is_in_force()
            and self.currency_id.compare_amounts(needed, self.remaining_amount) > 0
        ):
            # More of the same order is to be invoiced, as after the credit note of another bearer.
            self._queue_change()

    @api.model
    def _find_differing(self, agreement):
        """Return the live reservations that may differ from their orders; one query for all."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id
                  FROM supplier_credit_preauthorization r
             LEFT JOIN sale_order o ON o.id = r.order_id
             LEFT JOIN res_partner invoiced ON invoiced.id = o.partner_invoice_id
             LEFT JOIN account_payment_method_line bearer
                    ON bearer.id = o.preferred_payment_method_line_id
             LEFT JOIN LATERAL (
                       SELECT COALESCE(SUM(price_total), 0) AS total
                         FROM sale_order_line
                        WHERE order_id = o.id AND display_type IS NULL) lines ON TRUE
                 WHERE r.agreement_id = %s AND r.state IN %s
                   AND NOT COALESCE(r.cancel_requested, FALSE)
                   AND (o.id IS NULL
                        OR o.state = 'cancel'
                        OR bearer.id IS NULL
                        OR bearer.id <> r.bearer_id
                        OR bearer.supplier_agreement_id <> r.agreement_id
                        OR invoiced.commercial_partner_id <> r.partner_id
                        OR ROUND(lines.total::numeric, 2) NOT IN
                           (r.order_total, COALESCE(NULLIF(r.refused_total, 0), -1)))
                """,
                agreement.id,
                tuple(self._get_live_states()),
            )
        )
        return self.browse(reservation_id for (reservation_id,) in rows)

    def _sync_with_order(self):
        """Cancel or change these reservations where their orders differ."""
        for reservation in self:
            if reservation.cancel_requested:
                continue
            if not reservation._is_still_needed():
                reservation._request_cancellation()
            elif reservation._is_in_force() and reservation._has_other_total():
                reservation._queue_change()

    def _get_assured_amount(self):
        """Return the remaining amount of this reservation that is certain, in BRL.

        While a lower amount is requested, Supplier may already have lowered or freed the credit.
        """
        self.ensure_one()
        ordered = self.order_id._get_supplier_ordered_amount()
        # Messages are searched only if less than the order's total was requested last.
        if self.currency_id.compare_amounts(self.pending_total, ordered) >= 0:
            return self.remaining_amount
        if self._find_open_message("preauthorization_release"):
            return 0.0
        change = self._find_open_message("preauthorization_change")
        if not change:
            return self.remaining_amount
        requested = float(change._load(change.request)["valorPreAutorizacao"])
        return min(self.remaining_amount, self.currency_id.round(requested - self.used_amount))

    def _has_other_total(self):
        self.ensure_one()
        total = self.order_id._get_supplier_ordered_amount()
        return all(
            self.currency_id.compare_amounts(total, known)
            for known in (self.order_total, self.refused_total or -1)
        )

    def _queue_change(self):
        """Request the used amount plus the amount still to be invoiced, with the tolerance."""
        self.ensure_one()
        if self._find_open_message("preauthorization_change"):
            return
        if self._find_open_message("preauthorization_release"):
            # The rest is being freed; there will be nothing to change.
            return
        order = self.order_id
        # The lists of orders show the change no later than Supplier knows it.
        order._update_supplier_release_state()
        left = order._get_supplier_reservable_amount()
        if self.currency_id.is_zero(left):
            self._release_rest()
            return
        self.pending_total = order._get_supplier_ordered_amount()
        request = PreauthorizationChange(
            reserved_amount=Decimal(str(self.used_amount))
            + Decimal(str(self.agreement_id._add_tolerance(left))),
            instalments=tuple(order._get_supplier_instalments(left)),
        )
        self._queue_message(self.agreement_id, "preauthorization_change", request.to_wire())

    def _get_change_values(self, message):
        """Return the values of the reservation once Supplier accepted a message's change."""
        request = message._load(message.request)
        left = sum(Decimal(instalment["valorParcela"]) for instalment in request["parcelas"])
        return {
            "requested_amount": float(request["valorPreAutorizacao"]),
            "order_amount": float(left),
            "order_total": self.pending_total,
            "refused_total": 0,
        }
