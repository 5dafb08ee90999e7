from datetime import date

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...const import NFE_MODEL
from ..common.user_language import in_user_language


class AccountMove(models.Model):
    """The conditions for posting an invoice on Supplier's credit. Seed 001, "Faturamento", 1."""

    _inherit = "account.move"

    def _check_supplier_posting(self):
        """Refuse to post what is not as ordered, or what Supplier would not accept.

        :raise UserError: naming the invoices and all reasons
        """
        in_user_language(self.filtered("supplier_order_id"))._check_as_ordered()
        ours = in_user_language(self._filter_supplier_credit())
        ours._check_supplier_document()
        ours._check_nfe_agrees()
        ours._check_supplier_release()

    def _check_supplier_posted_by_host(self):
        """Refuse what somebody posted past these conditions, by its state.

        Asked of no document that the host's own method posts: it costs others a query.

        :raise UserError: naming the documents of sales on Supplier's credit among these
        """
        self.filtered(
            lambda move: move._filter_supplier_credit()
            or move._has_supplier_mark()
            or move.sudo().line_ids.sale_line_ids.order_id._filter_supplier_credit()
        )._refuse_supplier_credit_posting()

    def _has_supplier_mark(self):
        """Return whether this is the invoice of a Supplier order, or made of a sale; no query."""
        self.ensure_one()
        return bool(
            self.supplier_order_id
            or self.supplier_nfe_key
            or self.supplier_return_transaction_id
            or self.supplier_post_sale_id
            or self.supplier_entry_transaction_id
            or self.supplier_settlement_id
            or self.is_supplier_entry
        )

    # -------------------------------------------------------------------------
    # THE DOCUMENT
    # -------------------------------------------------------------------------

    def _check_supplier_document(self):
        """Refuse invoices that Supplier would never accept, with all reasons.

        :raise UserError: naming the invoice
        """
        for move in self:
            if reasons := move._get_supplier_document_problems():
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s cannot be posted on Supplier's credit: %(reasons)s.",
                        invoice=move.display_name,
                        reasons="; ".join(reasons),
                    )
                )

    def _get_supplier_document_problems(self):
        self.ensure_one()
        problems = []
        if self.currency_id.name != "BRL" or self.currency_id != self.company_id.currency_id:
            problems.append(
                self.env._(
                    "its currency is not the Brazilian real, in which Supplier grants credit; "
                    "choose another bearer"
                )
            )
        model = self._get_fiscal_identity().model
        if model not in (None, NFE_MODEL):
            problems.append(
                self.env._(
                    "its fiscal document is of model %(model)s, and Supplier takes NF-e, model 55; "
                    "choose another bearer, or another document",
                    model=model or "-",
                )
            )
        if self._is_debit_note():
            problems.append(
                self.env._(
                    "it is a debit note, and a registered sale cannot be raised; choose another "
                    "bearer and charge it directly"
                )
            )
        orders = self.sudo().line_ids.sale_line_ids.order_id
        if len(orders | self.supplier_order_id) > 1:
            problems.append(
                self.env._(
                    "it draws on more than one order (%(orders)s), and each order on Supplier's "
                    "credit has an NF-e of its own; create the invoices from the orders",
                    orders=", ".join((orders | self.supplier_order_id).mapped("name")),
                )
            )
        elif not self.supplier_order_id and orders._filter_supplier_credit():
            problems.append(
                self.env._(
                    "order %(order)s was put on Supplier's credit after it was created; delete it "
                    "and create it again from the order",
                    order=orders.name,
                )
            )
        return problems + self._get_supplier_instalment_problems()

    def _get_supplier_instalment_problems(self):
        """Return, as texts, why nobody could be asked for these amounts on these days."""
        self.ensure_one()
        instalments = self._get_supplier_instalments()
        if self.currency_id.compare_amounts(self.amount_total, 0) <= 0:
            return [self.env._("its total is zero, so Supplier has nothing to charge")]
        problems = []
        if any(instalment.amount <= 0 for instalment in instalments):
            problems.append(
                self.env._("one of its instalments is of 0.00; choose other payment terms")
            )
        issued = self.supplier_nfe_issue_date or self.invoice_date or date.min
        early = [instalment.due_date for instalment in instalments if instalment.due_date < issued]
        if early:
            problems.append(
                self.env._(
                    "it is due on %(due)s, before the day of issue %(issued)s; choose payment "
                    "terms that count from that day",
                    due=format_date(self.env, min(early)),
                    issued=format_date(self.env, issued),
                )
            )
        return problems

    def _is_debit_note(self):
        """Return whether this raises an earlier invoice, as far as the database shows it."""
        self.ensure_one()
        return bool(
            self._has_raising_document()
            or ("debit_origin_id" in self._fields and self.debit_origin_id)
        )

    # -------------------------------------------------------------------------
    # ITS ORDER
    # -------------------------------------------------------------------------

    def _check_as_ordered(self):
        """Refuse an invoice that differs from its order on Supplier's credit.

        :raise UserError: naming the first invoice, the order, and all differences
        """
        for move in self:
            order = move.supplier_order_id.sudo()
            differences = []
            if order._filter_supplier_credit() and not move._filter_supplier_credit():
                differences.append(move.env._("the bearer; choose another one on the order"))
            customers = (move.partner_id | order.partner_invoice_id).commercial_partner_id
            if len(customers) > 1:
                differences.append(move.env._("the customer"))
            if move.currency_id != order.currency_id:
                differences.append(move.env._("the currency"))
            lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            differences += lines._get_differences_from_order()
            differences += lines._get_differences_from_price()
            differences += move._get_differences_from_total(lines)
            if differences:
                move._refuse_difference_from_order(differences)

    def _get_differences_from_total(self, lines):
        """Return, as texts, that the invoice costs more than its quantities of the order do.

        What is within `_get_supplier_rounding_limit` is not looked at.
        """
        self.ensure_one()
        ordered = lines.filtered("sale_line_ids")._get_ordered_total()
        allowed = ordered + self._get_supplier_rounding_limit()
        if self.currency_id.compare_amounts(self.amount_total, allowed) <= 0:
            return []
        return [
            self.env._(
                "the total: it is %(found)s, and these quantities of the order cost %(expected)s; "
                "somebody changed the taxes",
                found=self.currency_id.format(self.amount_total),
                expected=self.currency_id.format(ordered),
            )
        ]

    def _refuse_difference_from_order(self, differences):
        """Raise a UserError with the differences, a list of texts."""
        self.ensure_one()
        raise UserError(
            self.env._(
                "Invoice %(invoice)s differs from order %(order)s on Supplier's credit:\n"
                "%(differences)s\nOnly lower quantities are possible here. Change the order, "
                "delete the draft invoice and create it again.",
                invoice=self.display_name,
                order=self.sudo().supplier_order_id.name,
                differences="\n".join(f"- {difference}" for difference in differences),
            )
        )

    # -------------------------------------------------------------------------
    # THE BLOCK
    # -------------------------------------------------------------------------

    def _check_supplier_release(self):
        """Refuse to post invoices of blocked orders, and those without order of blocked customers.

        :raise UserError: one, with the reasons for all of these invoices
        """
        reasons = []
        for move in self:
            if move.supplier_order_id:
                reasons.append(move.sudo().supplier_order_id._get_supplier_block_reason())
            else:
                reasons.append(move._get_supplier_term_block())
        if any(reasons):
            raise UserError("\n".join(filter(None, reasons)))
        self._check_supplier_amount_reserved()

    def _get_supplier_term_block(self):
        """Return that Supplier blocks the customer's term billing, and what to do, or False."""
        self.ensure_one()
        bearer = self.preferred_payment_method_line_id
        agreement = bearer._find_supplier_agreements(self.company_id)[:1]
        customers = self.env["supplier.credit.customer"]
        customer = customers._find_term_blocked(agreement, self.partner_id)
        if not customer or not agreement.financial_analysis:
            return False
        return self.env._(
            "Invoice %(invoice)s cannot be posted: Supplier has blocked the term billing of "
            "%(customer)s (Bloqueio de Faturamento a Prazo). Settle it with Supplier and refresh "
            "the customer's position, or choose another bearer.",
            invoice=self.display_name,
            customer=customer.partner_id.display_name,
        )
