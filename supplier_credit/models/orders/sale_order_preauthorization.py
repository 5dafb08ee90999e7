from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ...const import BEARER_FIELD
from ...tools.api.wire import Instalment
from ..common.company_day import get_company_today
from ..common.for_each import for_each

# Writing one of these may make the reservation of an order superfluous.
RESERVED_FOR_FIELDS = {BEARER_FIELD, "company_id", "partner_id", "partner_invoice_id"}


class SaleOrder(models.Model):
    """Reserving credit for an order, and freeing credit that it no longer needs.

    Source: seed 001, "Pré Autorização" and "Cancelamento de Pré-Autorização": an order with a live
    reservation is cancelled or deleted, or its bearer changes.
    """

    _inherit = "sale.order"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_and_free_credit(self):
        """Queue the cancellation in the deletion's own transaction, so that it is never lost."""
        for order in self.filtered("supplier_preauthorization_id"):
            order._get_live_preauthorization()._request_cancellation()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_supplier_preauthorization(self):
        """Reserve credit at Supplier for these orders.

        While the message of an order waits, that one is delivered instead of a second.

        :return: see `for_each`
        :raise UserError: naming the order and all missing data
        """
        self.check_access("write")
        return for_each(self, lambda order: order._send_supplier_preauthorization())

    def action_query_supplier_preauthorizations(self):
        """Query the latest reservation of each of these orders."""
        self.check_access("read")
        return for_each(self, lambda order: order._get_supplier_preauthorization().action_query())

    def action_renew_supplier_preauthorizations(self):
        """Renew the latest reservation of each of these orders."""
        self.check_access("write")
        return for_each(self, lambda order: order._get_supplier_preauthorization().action_renew())

    def action_cancel_supplier_preauthorizations(self):
        """Cancel the latest reservation of each of these orders."""
        self.check_access("write")
        return for_each(self, lambda order: order._get_supplier_preauthorization().action_cancel())

    def action_view_supplier_preauthorizations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_preauthorization_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_supplier_preauthorization(self):
        """Return the order's latest reservation.

        :raise UserError: if it has none
        """
        self.ensure_one()
        if not self.supplier_preauthorization_id:
            raise UserError(
                self.env._(
                    "No pre-authorization was sent for order %(order)s yet. Use Send "
                    "Pre-Authorization.",
                    order=self.name,
                )
            )
        return self.supplier_preauthorization_id

    def _send_supplier_preauthorization(self):
        self.ensure_one()
        reservation = self._get_live_preauthorization()
        if reservation.cancel_requested:
            raise UserError(self._get_supplier_reservation_block())
        if reservation.state == "sending":
            reservation._find_open_message("preauthorization_create")._retry()
        elif reservation:
            raise UserError(
                self.env._(
                    "Order %(order)s already has pre-authorization %(code)s (%(state)s).",
                    order=self.name,
                    code=reservation.code,
                    state=reservation._state_label(reservation.state),
                )
            )
        elif renewal := self._find_open_supplier_renewal():
            # Supplier may have renewed it; a second reservation would use the limit twice.
            renewal._retry()
        else:
            self._create_preauthorization()

    def _find_open_supplier_renewal(self):
        """Return the message that renews an expired reservation of the order, if one waits."""
        expired = self.sudo().supplier_preauthorization_ids.filtered(
            lambda reservation: reservation.state == "expired"
        )
        return expired._find_open_message("preauthorization_renew")

    def _create_preauthorization(self):
        """Create the reservation and queue its message, in this transaction."""
        self.ensure_one()
        self._check_preauthorization_data()
        agreement = self.preferred_payment_method_line_id._get_supplier_agreement(self.company_id)
        amount = self._get_supplier_reservable_amount()
        values = {
            "agreement_id": agreement.id,
            "company_id": self.company_id.id,
            "order_id": self.id,
            "order_number": self.name,
            "bearer_id": self.preferred_payment_method_line_id.id,
            "partner_id": self.partner_invoice_id.commercial_partner_id.id,
            "customer_vat": self.partner_invoice_id.commercial_partner_id._get_supplier_vat(),
            "order_amount": amount,
            "order_total": self._get_supplier_ordered_amount(),
            "pending_total": self._get_supplier_ordered_amount(),
            "requested_amount": agreement._add_tolerance(amount),
        }
        # Users of the order may reserve credit, but not write on the reservation.
        reservations = self.sudo().supplier_preauthorization_ids
        reservation = reservations.filtered(lambda known: known.state == "draft")[:1]
        if reservation:
            reservation.write(values)
        else:
            reservation = reservations.create(values)
            self.sudo().supplier_preauthorization_id = reservation
        # Queried first, so that nothing is reserved for a customer that is blocked meanwhile.
        self.env["supplier.credit.customer"]._find(
            agreement, self.partner_invoice_id
        )._refresh_if_stale()
        reservation._send(self._get_supplier_instalments(amount))
        return reservation

    def _check_preauthorization_data(self):
        """Raise one UserError with all reasons why this order cannot be sent."""
        self.ensure_one()
        missing = []
        if not self._filter_supplier_credit():
            missing.append(
                self.env._("its bearer is not one of charge type Supplier; choose such a bearer")
            )
        if self.state == "cancel":
            missing.append(self.env._("it is cancelled; set it back to quotation first"))
        if not self._is_in_supplier_currency():
            missing.append(self.env._("its currency is not the Brazilian real"))
        if self.currency_id.compare_amounts(self._get_supplier_reservable_amount(), 0) <= 0:
            missing.append(self.env._("nothing of it is left to be invoiced"))
        if "term_billing" in self._get_supplier_open_blocks() and self._has_supplier_analysis():
            missing.append(self.env._("Supplier has blocked the customer's term billing"))
        partner = self.partner_invoice_id.commercial_partner_id
        if not partner._get_supplier_vat():
            missing.append(
                self.env._(
                    "customer %(customer)s has no valid CNPJ or CPF; enter it on the contact",
                    customer=partner.display_name,
                )
            )
        if missing:
            raise UserError(
                self.env._(
                    "Order %(order)s cannot be sent to Supplier: %(reasons)s.",
                    order=self.name,
                    reasons="; ".join(missing),
                )
            )

    def _get_supplier_reservable_amount(self):
        """Return the amount of the order still to be invoiced, with taxes, in its currency.

        It follows ordered quantities, unlike the host's `amount_to_invoice`, which is 0 on drafts
        of products invoiced on delivery. Invoices count once their transaction is approved; until
        then their part stays reserved. Posted ones outside Supplier's credit count, too. What came
        back is to be invoiced again, as the host says, and no reservation stands for it. When every
        quantity is invoiced, nothing is left: cents that the invoices were rounded by are not.
        """
        self.ensure_one()
        approved = self.sudo().supplier_invoice_ids.filtered(
            lambda invoice: invoice.supplier_state == "approved"
        )
        if self._is_billed_by(approved):
            return 0.0
        return max(
            self.currency_id.round(
                self._get_supplier_credit_amount()
                - sum(approved.mapped("amount_total"))
                - self._get_amount_billed_otherwise()
            ),
            0.0,
        )

    def _get_supplier_credit_amount(self):
        """Return all that the order takes or took of the customer's credit, in its currency.

        It is more than the order's total once something came back that can be invoiced again.
        """
        self.ensure_one()
        return self._get_supplier_ordered_amount() + self._get_supplier_returned_amount()

    def _get_supplier_ordered_amount(self):
        """Return the order's total by ordered quantities, with taxes, in its currency."""
        self.ensure_one()
        lines = self.order_line.filtered(lambda line: not line.display_type)
        return self.currency_id.round(sum(line._get_financial_total() for line in lines))

    def _get_supplier_instalments(self, amount):
        """Return the instalments that the order's payment terms make of an amount in BRL."""
        self.ensure_one()
        today = get_company_today(self.company_id)
        if not self.payment_term_id:
            return [Instalment(1, today, Decimal(str(amount)))]
        terms = self.payment_term_id._compute_terms(
            date_ref=today,
            currency=self.currency_id,
            company=self.company_id,
            tax_amount=0.0,
            tax_amount_currency=0.0,
            sign=1,
            untaxed_amount=amount,
            untaxed_amount_currency=amount,
        )
        lines = sorted(terms["line_ids"], key=lambda line: line["date"])
        return [
            Instalment(
                number, line["date"], Decimal(str(self.currency_id.round(line["foreign_amount"])))
            )
            for number, line in enumerate(lines, start=1)
        ]

    def _filter_reserved(self, vals):
        """Return the orders with a reservation that writing these values may make superfluous."""
        if RESERVED_FOR_FIELDS.isdisjoint(vals) and vals.get("state") != "cancel":
            return self.browse()
        return self.filtered("supplier_preauthorization_id")

    def _cancel_superfluous_preauthorizations(self):
        """Request the cancellation of the live reservations that these orders need no longer."""
        for order in self:
            live = order._get_live_preauthorization()
            if live and not live._is_still_needed():
                live._request_cancellation()
