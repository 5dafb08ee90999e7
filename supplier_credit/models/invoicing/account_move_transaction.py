from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ...const import BEARER_FIELD, NFE_MODEL
from ...tools.api.wire import Instalment
from ..common.for_each import for_each


class AccountMove(models.Model):
    """Registering an invoice's NF-e as transaction at Supplier. Seed 001, "Faturamento", 1."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_supplier_transaction(self):
        """Send these invoices' NF-e to Supplier, or send them again after a correction.

        :return: see `for_each`
        :raise UserError: naming the invoice and why it cannot be sent
        """
        self.check_access("write")
        return for_each(self, lambda move: move._send_supplier_transaction())

    def _send_supplier_transaction(self):
        transaction = self.sudo().supplier_transaction_ids
        if transaction:
            transaction._resend()
        else:
            self._check_ready_for_supplier()
            self._register_supplier_transactions()

    def action_query_supplier_transaction(self):
        """Query these invoices' transactions."""
        self.check_access("read")
        return for_each(self, lambda move: move._get_sent_transaction().action_query())

    def action_process_supplier_transaction(self):
        """Process the approvals of these invoices' transactions."""
        self.check_access("write")
        return for_each(self, lambda move: move._get_sent_transaction().action_process())

    def action_view_supplier_transaction(self):
        self.ensure_one()
        return self.supplier_transaction_id._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_supplier_obstacles(self):
        """Return the reasons why this invoice cannot be registered at Supplier, as texts.

        The conditions of seed 001 are model 55, Supplier's bearer, and SEFAZ's authorisation.
        """
        self.ensure_one()
        obstacles = []
        if not self._filter_supplier_credit():
            obstacles.append(self.env._("its bearer is not one of charge type Supplier"))
        if self._get_fiscal_identity().model not in (None, NFE_MODEL):
            obstacles.append(self.env._("its document type is not NF-e, model 55"))
        if self.supplier_sefaz_state == "cancelled":
            obstacles.append(self.env._("its NF-e was cancelled at SEFAZ; cancel the invoice, too"))
        elif self.supplier_sefaz_state != "authorised":
            obstacles.append(
                self.env._("SEFAZ has not authorised its NF-e; upload the authorised XML (procNFe)")
            )
        if self.state != "posted":
            obstacles.append(self.env._("it is not posted"))
        elif self.currency_id.compare_amounts(self.amount_residual, self.amount_total):
            obstacles.append(
                self.env._("a payment or credit note already settles part of it; undo that first")
            )
        if self.currency_id.name != "BRL" or self.currency_id != self.company_id.currency_id:
            obstacles.append(self.env._("its currency is not the Brazilian real"))
        return obstacles + self._get_supplier_instalment_problems()

    def _check_ready_for_supplier(self):
        """Raise one UserError with all reasons why this invoice cannot be registered."""
        self.ensure_one()
        if reasons := self._get_supplier_obstacles():
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s cannot be sent to Supplier: %(reasons)s.",
                    invoice=self.display_name,
                    reasons="; ".join(reasons),
                )
            )
        self._check_nfe_agrees()

    def _get_sent_transaction(self):
        """Return this invoice's transaction.

        :raise UserError: if it has none yet
        """
        self.ensure_one()
        if not self.supplier_transaction_ids:
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s was not sent to Supplier yet. Use Send to Supplier first.",
                    invoice=self.display_name,
                )
            )
        return self.supplier_transaction_ids

    def _register_at_supplier_after(self, vals):
        """Register posted invoices that these written values put on Supplier's credit.

        :raise UserError: naming the posted invoice that Supplier would not accept
        """
        if not vals.get(BEARER_FIELD):
            return
        ours = self._filter_supplier_credit()
        ours.filtered(lambda move: move.state == "posted")._check_supplier_document()
        ours._register_supplier_transactions()

    def _register_supplier_transactions(self):
        """Register the invoices that are ready and not yet registered."""
        for move in self.sudo():
            transaction = move.supplier_transaction_ids
            if transaction.state not in (False, "to_send") or move._get_supplier_obstacles():
                continue
            if transaction:
                transaction._send_anew()
            else:
                transaction._create_for(move)

    def _get_supplier_instalments(self):
        """Return the invoice's instalments as its payment terms made them, in BRL."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return [
            Instalment(
                number, line.date_maturity, Decimal(str(self.currency_id.round(line.balance)))
            )
            for number, line in enumerate(lines.sorted("date_maturity"), start=1)
        ]
