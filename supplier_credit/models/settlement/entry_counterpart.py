from collections import defaultdict
from datetime import timedelta
from typing import Any, NamedTuple

from odoo import api, models

# Days from the date of an entry within which an open item of the same amount is proposed.
SUGGESTED_WITHIN = 10
SUGGESTIONS_READ = 2000


class Counterpart(NamedTuple):
    """An open item that an entry may settle.

    :param line: the item; empty if its document is not processed yet
    :param gross: the amount by Supplier's calendar, including the fee, in BRL
    :param fee: the fee that Supplier keeps, or gives back, in BRL
    :param holds_fee: whether the item was posted with the gross amount (7.5, at settlement)
    :param installment: the calendar entry of a sale
    """

    line: Any
    gross: float
    fee: float
    holds_fee: bool
    installment: Any = None


class SupplierCreditSettlementEntry(models.Model):
    """Finding the open items that entries may settle, for many entries at once."""

    _inherit = "supplier.credit.settlement.entry"

    def _find_counterparts(self, agreement, table):
        """Return a dict from entry to its Counterpart by Supplier's codes.

        :param table: of `_get_table` of the events
        """
        sales = self.filtered(lambda entry: table[entry.event_code].kind == "sale_credit")
        of_sales = self._get_sale_counterparts(
            agreement, {(entry.transaction_code, entry.number) for entry in sales}
        )
        of_post_sales = self._get_post_sale_counterparts(
            agreement, set((self - sales).mapped("post_sale_code"))
        )
        keyed = [(entry, of_sales.get((entry.transaction_code, entry.number))) for entry in sales]
        keyed += [
            (entry, of_post_sales.get((entry.post_sale_code, entry.number)))
            for entry in self - sales
        ]
        return {entry: counterpart for entry, counterpart in keyed if counterpart}

    @api.model
    def _get_sale_counterparts(self, agreement, keys):
        """Return a dict from (transaction code, instalment number) to Counterpart.

        :param keys: the set of keys to search
        """
        codes = {code for code, _number in keys if code}
        installments = self.env["supplier.credit.transaction.installment"].search(
            [
                ("transaction_id.agreement_id", "=", agreement.id),
                ("transaction_id.code", "in", list(codes)),
                ("transaction_id.state", "=", "approved"),
                ("number", "in", list({number for _code, number in keys})),
            ]
        )
        # Each code was searched with each number; not all of these keys are wanted.
        found = {(entry.transaction_id.code, entry.number): entry for entry in installments}
        return {
            key: self._prepare_counterpart(
                agreement,
                installment.receivable_line_id,
                installment.amount,
                installment.transfer_amount,
                installment.amount - installment.transfer_amount,
                installment,
            )
            for key, installment in found.items()
            if key in keys
        }

    @api.model
    def _get_post_sale_counterparts(self, agreement, codes):
        """Return a dict from (post-sale code, instalment number) to Counterpart.

        :param codes: the set of codes to search
        """
        installments = self.env["supplier.credit.post.sale.installment"].search(
            [
                ("post_sale_id.transaction_id.agreement_id", "=", agreement.id),
                ("post_sale_id.code", "in", list(codes - {False})),
            ]
        )
        return {
            (installment.post_sale_id.code, installment.number): self._prepare_counterpart(
                agreement,
                installment.receivable_line_id,
                installment.amount,
                installment.amount - installment.fee_refunded,
                installment.fee_refunded,
            )
            for installment in installments
        }

    @api.model
    def _prepare_counterpart(self, agreement, line, gross, net, fee, installment=None):
        """Return a Counterpart; whether its item holds the fee is derived from the item's balance.

        Parameter 7.5 may have been changed since it was posted.
        """
        currency = agreement.currency_id
        posted = abs(line.balance)
        if not currency.compare_amounts(gross, net):
            holds_fee = agreement.fee_recognition == "settlement"
        elif not currency.compare_amounts(posted, gross):
            holds_fee = True
        elif not currency.compare_amounts(posted, net):
            holds_fee = False
        else:
            holds_fee = agreement.fee_recognition == "settlement"
        return Counterpart(line, gross, currency.round(fee), holds_fee, installment)

    def _get_counterpart_of(self, line):
        """Return the Counterpart of an item that a person chose."""
        self.ensure_one()
        agreement = self.agreement_id
        installment = self.env["supplier.credit.transaction.installment"].search(
            [("receivable_line_id", "=", line.id)], limit=1
        )
        if installment:
            key = (installment.transaction_id.code, installment.number)
            return self._get_sale_counterparts(agreement, {key})[key]
        holds_fee = agreement.fee_recognition == "settlement"
        return Counterpart(line, abs(line.balance), self.fee, holds_fee)

    def _find_suggestions(self, agreement):
        """Return a dict from entry to the Counterpart of its amount with the nearest date."""
        if not self:
            return {}
        holds_fee = agreement.fee_recognition == "settlement"
        wanted = {
            entry: self._get_sign(entry.direction)
            * entry.currency_id.round(entry.principal - (0.0 if holds_fee else entry.fee))
            for entry in self
        }
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", agreement.company_id.id),
                ("account_id", "in", agreement._get_receivable_accounts().ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual", "in", list(set(wanted.values()))),
                ("date_maturity", ">=", min(self.mapped("date")) - timedelta(SUGGESTED_WITHIN)),
                ("date_maturity", "<=", max(self.mapped("date")) + timedelta(SUGGESTED_WITHIN)),
            ],
            order="date_maturity, id",
            limit=SUGGESTIONS_READ,
        )
        free = lines - lines.browse().union(*self._find_matching_entries(lines))
        by_amount = defaultdict(list)
        for line in free:
            by_amount[round(line.amount_residual, 2)].append(line)
        found = {}
        for entry, amount in wanted.items():
            candidates = by_amount.get(round(amount, 2))
            if candidates:
                nearest = min(candidates, key=lambda line: abs(line.date_maturity - entry.date))
                candidates.remove(nearest)
                found[entry] = Counterpart(nearest, abs(nearest.balance), entry.fee, holds_fee)
        return found

    @api.model
    def _find_matching_entries(self, lines):
        """Return a dict from item to the entry that is already matched with it."""
        entries = self.search([("counterpart_line_id", "in", lines.ids), ("state", "=", "matched")])
        return {entry.counterpart_line_id: entry for entry in entries}
