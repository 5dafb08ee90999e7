from odoo import models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """Why an order on Supplier's credit is blocked, and what to do about it.

    Source: seed 001, "Bloqueio de Pedidos com Cobrança Supplier".
    """

    _inherit = "sale.order"

    def _get_supplier_block_reason(self):
        """Return why this order may be neither confirmed nor invoiced and what to do, or False.

        Derived from the reservation itself each time, never from the column for lists.
        """
        self.ensure_one()
        if error := self._get_supplier_currency_block():
            return error
        blocks = self._get_supplier_open_blocks()
        if not blocks or not self._has_supplier_analysis():
            return False
        return "\n".join(blocks.values())

    def _get_supplier_currency_block(self):
        """Return that Supplier grants no credit in the order's currency, or False.

        Nobody releases an order from that; orders of other bearers cost no query.
        """
        self.ensure_one()
        if not self._filter_supplier_credit() or self._is_in_supplier_currency():
            return False
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: it is in %(currency)s, and "
            "Supplier grants credit in Brazilian reais only. Choose a pricelist in BRL, or another "
            "bearer.",
            order=self.name,
            currency=self.currency_id.name,
        )

    def _is_in_supplier_currency(self):
        self.ensure_one()
        return self.currency_id == self.company_id.currency_id and self.currency_id.name == "BRL"

    def _get_supplier_open_blocks(self):
        """Return the order's blocks that were not released by hand; see `_get_supplier_blocks`."""
        self.ensure_one()
        blocks = self._get_supplier_blocks()
        released = self._get_supplier_released_kinds() if blocks else ()
        return {kind: reason for kind, reason in blocks.items() if kind not in released}

    def _get_supplier_blocks(self):
        """Return what blocks the order: a dict from kind of `supplier.credit.release` to reason.

        Empty for orders of other bearers, which cost no query.
        """
        self.ensure_one()
        if not self._filter_supplier_credit():
            return {}
        if self.currency_id.is_zero(self._get_supplier_reservable_amount()):
            return {}
        blocks = {
            "term_billing": self._get_supplier_term_block(),
            "reservation": self._get_supplier_reservation_block(),
        }
        return {kind: reason for kind, reason in blocks.items() if reason}

    def _has_supplier_analysis(self):
        """Return whether orders are blocked, by the agreement's switch "Financial analysis"."""
        self.ensure_one()
        agreement = self._find_supplier_agreement()
        return not agreement or agreement.financial_analysis

    def _find_supplier_agreement(self):
        """Return the agreement of the order's bearer; empty without one, or with several."""
        self.ensure_one()
        bearer = self.preferred_payment_method_line_id
        agreements = bearer._find_supplier_agreements(self.company_id)
        return agreements if len(agreements) == 1 else agreements.browse()

    def _get_supplier_term_block(self):
        """Return that Supplier blocks the customer's term billing, and what to do, or False."""
        customers = self.env["supplier.credit.customer"]
        customer = customers._find_term_blocked(
            self._find_supplier_agreement(), self.partner_invoice_id
        )
        if not customer:
            return False
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: Supplier has blocked the "
            "term billing of %(customer)s (Bloqueio de Faturamento a Prazo). Settle it with "
            "Supplier and refresh the customer's position, choose another bearer, or ask a manager "
            "to release the order.",
            order=self.name,
            customer=customer.partner_id.display_name,
        )

    def _get_supplier_reservation_block(self):
        """Return why no reservation covers the order, and what to do, or False."""
        reservation = self._get_live_preauthorization()
        needed = self._get_supplier_reservable_amount()
        if not reservation:
            return self._describe_missing_reservation()
        if reservation.cancel_requested:
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: its former "
                "pre-authorization %(code)s is being cancelled at Supplier. Send a new one once "
                "that is done. %(error)s",
                order=self.name,
                code=reservation.code or "",
                error=reservation.error or "",
            ).strip()
        if reservation.state in ("sending", "in_analysis"):
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: its pre-authorization "
                "is %(state)s. It is released when Supplier approves. %(error)s",
                order=self.name,
                state=reservation._state_label(reservation.state).lower(),
                error=reservation.error or "",
            ).strip()
        if reservation._is_overdue():
            return self._describe_expired_reservation(reservation)
        customer = self.partner_invoice_id.commercial_partner_id
        if not reservation._is_for_customer(customer):
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: pre-authorization "
                "%(code)s is for CNPJ/CPF %(reserved)s, and customer %(customer)s has %(number)s. "
                "Correct the customer, or cancel the pre-authorization and send a new one.",
                order=self.name,
                code=reservation.code,
                reserved=reservation.customer_vat,
                customer=customer.display_name,
                number=customer.vat or "-",
            )
        assured = reservation._get_assured_amount()
        if self.currency_id.compare_amounts(needed, assured) > 0:
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: %(needed)s is still "
                "to be invoiced, but pre-authorization %(code)s covers only %(reserved)s. Use Send "
                "Change on the pre-authorization, or lower the order. %(error)s",
                order=self.name,
                needed=self.currency_id.format(needed),
                code=reservation.code,
                reserved=self.currency_id.format(assured),
                error=reservation.error or "",
            ).strip()
        return False

    def _describe_missing_reservation(self):
        """Return why no credit is reserved for this order: never sent, declined or expired."""
        latest = self.sudo().supplier_preauthorization_id
        if latest.state == "expired" and latest.valid_until:
            return self._describe_expired_reservation(latest)
        if latest.state == "declined":
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: Supplier declined its "
                "pre-authorization (%(reason)s). Choose another bearer, or settle it with Supplier "
                "and send again.",
                order=self.name,
                reason=latest.reason or "-",
            )
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: no credit is reserved for "
            "it. Use Send Pre-Authorization. %(error)s",
            order=self.name,
            error=latest.error or "",
        ).strip()

    def _describe_expired_reservation(self, reservation):
        """Return that a reservation is over, also before its state is expired."""
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: its pre-authorization "
            "%(code)s was valid through %(date)s and has expired. Use Renew on the "
            "pre-authorization, or send a new one once it shows as expired. %(error)s",
            order=self.name,
            code=reservation.code,
            date=format_date(self.env, reservation.valid_until),
            error=reservation.error or "",
        ).strip()
