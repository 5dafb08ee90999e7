from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.api.preauthorization import PreauthorizationChange
from ..common.for_each import for_each


class SupplierCreditPreauthorization(models.Model):
    """Keeping reservations as their orders are. Seed 001, "Alteração de Pré-Autorização".

    Only edits of the order count: what is invoiced, delivered, returned or used changes nothing.
    """

    _inherit = "supplier.credit.preauthorization"

    pending_total = fields.Monetary(
        readonly=True, help="The order's total that Supplier was last asked to reserve for."
    )
    refused_total = fields.Monetary(
        readonly=True, help="The order's total that Supplier refused; it is not asked for again."
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_change(self):
        """Send now what the orders of these reservations have become, without waiting for 2.3.

        :return: of several, a notification with what became of them
        :raise UserError: naming one that is not in force
        """
        self._check_may_send()
        return for_each(self.sudo(), lambda reservation: reservation._send_change_by_hand())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_follow_orders(self):
        """Send what changed, agreement by agreement, every so many minutes (parameter 2.3).

        Changes in between are thereby one; an amount that came back is none.
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
        # Asked by a person, it is also asked again.
        self.refused_total = 0
        self._sync_with_order()

    @api.model
    def _find_differing(self, agreement):
        """Return live reservations that may no longer be as their orders; one query for all."""
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
        """Cancel or change these reservations where their orders want it otherwise."""
        for reservation in self:
            if reservation.cancel_requested:
                continue
            if not reservation._is_still_needed():
                reservation._request_cancellation()
            elif reservation._is_in_force() and reservation._has_other_total():
                reservation._queue_change()

    def _get_assured_amount(self):
        """Return what remains of this reservation, however a lowering under way ends, in BRL.

        Until its answer is known, Supplier may hold as little as was asked for, or nothing.
        """
        self.ensure_one()
        ordered = self.order_id._get_supplier_ordered_amount()
        # Nothing is looked up unless less than the order's total was asked for last.
        if self.currency_id.compare_amounts(self.pending_total, ordered) >= 0:
            return self.remaining_amount
        if self._find_open_message("preauthorization_release"):
            return 0.0
        change = self._find_open_message("preauthorization_change")
        if not change:
            return self.remaining_amount
        asked = float(change._load(change.request)["valorPreAutorizacao"])
        return min(self.remaining_amount, self.currency_id.round(asked - self.used_amount))

    def _has_other_total(self):
        self.ensure_one()
        total = self.order_id._get_supplier_ordered_amount()
        return all(
            self.currency_id.compare_amounts(total, known)
            for known in (self.order_total, self.refused_total or -1)
        )

    def _queue_change(self):
        """Ask for what is left to invoice now, with the tolerance, on top of what was used."""
        self.ensure_one()
        if self._find_open_message("preauthorization_change"):
            return
        if self._find_open_message("preauthorization_release"):
            # What remains is about to be free; there will be nothing to change.
            return
        order = self.order_id
        # The order's own lists learn of it no later than Supplier.
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
        """Return what the reservation is for once Supplier accepted the change of a message."""
        asked = message._load(message.request)
        left = sum(Decimal(instalment["valorParcela"]) for instalment in asked["parcelas"])
        return {
            "requested_amount": float(asked["valorPreAutorizacao"]),
            "order_amount": float(left),
            "order_total": self.pending_total,
            "refused_total": 0,
        }
