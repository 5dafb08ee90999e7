from odoo import models
from odoo.tools import SQL

from ..invoicing.account_move_lock import AT_BANK

# States of instalments that are not financed yet, or were withdrawn or reversed.
NOT_COUNTING = {"pending", "reversed", "withdrawn"}
# Of these the company collects something again.
COLLECTABLE = {"debited", "partly_debited"}


class VendorFinancingContractTitle(models.Model):
    """The receivable of a title: it stays open at its value, with the bank's due date and a mark.

    Due dates of posted items are written here only: item and invoice together, the originals are
    stored on the title. Written by SQL, because for each posted item the host would process the
    whole invoice again; none of its own figures depends on these values.
    """

    _inherit = "vendor.financing.contract.title"

    def _finance_receivables(self):
        """Store number and original values of the receivables, then mark them as financed."""
        for title in self:
            line = title.line_id
            title.write(
                {
                    "document_number": line.move_id.name,
                    "document_reference": line.move_id.ref,
                    "original_date_maturity": line.date_maturity,
                    "original_invoice_date_due": line.move_id.invoice_date_due,
                    "original_no_followup": line.no_followup,
                }
            )
        self._update_receivables()

    def _update_receivables(self):
        """Update receivables and invoices by the states of these titles' instalments."""
        withdrawn = self.filtered(lambda title: title._get_part_states() <= NOT_COUNTING)
        if withdrawn:
            withdrawn._restore_receivables()
        states = {title: title._get_financing_state() for title in self - withdrawn}
        for title, state in states.items():
            # A debited receivable may be charged, or financed, again.
            title.is_live = state in AT_BANK
        self._write_items(
            [
                (
                    title.line_id.id,
                    title.original_date_maturity
                    if state in COLLECTABLE
                    else title._get_next_due_date(),
                    title.original_no_followup if state in COLLECTABLE else True,
                    title.id if state in AT_BANK else None,
                )
                for title, state in states.items()
            ]
        )
        (self - withdrawn)._update_invoices()

    def _restore_receivables(self):
        """Restore the receivables as they were before the contract."""
        self.is_live = False
        self._write_items(
            [
                (title.line_id.id, title.original_date_maturity, title.original_no_followup, None)
                for title in self
            ]
        )
        self._update_invoices()

    def _get_financing_state(self):
        """Return the financing state of this title by its instalments and what is open of it."""
        self.ensure_one()
        states = self._get_part_states()
        if "financed" in states:
            return "partly_debited" if self._get_collectable_amount() else "financed"
        return "debited" if states & {"debited", "recovered"} else "settled"

    def _get_collectable_amount(self):
        """Return what the bank debited of this title and the customer still owes, in BRL."""
        self.ensure_one()
        if not any(self.installment_ids.mapped("debited_amount")):
            return 0.0
        left = self.line_id.amount_residual - self._get_guaranteed_amount()
        return max(self.currency_id.round(left), 0.0)

    def _get_guaranteed_amount(self):
        """Return what the company still guarantees to a bank of these titles, in BRL."""
        return sum(self.installment_ids.mapped("open_amount"))

    def _filter_latest_counting(self):
        """Return those that count; of a receivable that was financed again the latest one."""
        counting = self.filtered(lambda title: title._is_counting())
        latest = {title.line_id: title for title in counting.sorted("id")}
        return self.browse().union(*latest.values())

    def _is_counting(self):
        """Return whether one of these titles is, or was, financed and not taken back."""
        return any(not title._get_part_states() <= NOT_COUNTING for title in self)

    def _get_part_states(self):
        self.ensure_one()
        return set(self.installment_ids.mapped("state"))

    def _sync_recovery(self):
        """Set debited instalments to recovered where the customer has paid the company, or back.

        Where a bank still finances the rest, that alone decides on due date and follow-up then.
        """
        for title in self:
            parts = title.installment_ids.filtered(
                lambda part: part.state in ("debited", "recovered")
            )
            guaranteed = title._get_guaranteed_amount()
            left = title.currency_id.compare_amounts(title.line_id.amount_residual, guaranteed)
            state = "debited" if left > 0 else "recovered"
            parts.filtered(lambda part, state=state: part.state != state)._move_to(state)
        self.filtered(
            lambda title: title.is_live and any(title.installment_ids.mapped("debited_amount"))
        )._update_receivables()

    def _update_invoices(self):
        """Update the invoices of these titles by the states of all their titles."""
        moves = self.move_id
        latest = self.search([("move_id", "in", moves.ids)])._filter_latest_counting()
        of_move = {move: self.browse() for move in moves} | latest.grouped("move_id")
        originals = {title.move_id: title.original_invoice_date_due for title in self}
        rows = []
        for move, titles in of_move.items():
            states = {title: title._get_financing_state() for title in titles}
            state = _join_states(set(states.values()))
            due = originals[move]
            if state in ("financed", "settled"):
                due = min(title._get_next_due_date() for title in titles if states[title] == state)
            rows.append((move.id, due, state))
        self._write_invoices(rows)

    def _write_items(self, rows):
        """Write due date, follow-up and title of receivable items, all in one statement."""
        names = ("date_maturity", "no_followup", "vendor_title_id")
        lines = self.line_id
        lines.flush_recordset(names)
        if rows:
            self.env.execute_query(
                SQL(
                    """UPDATE account_move_line line
                          SET date_maturity = row.due::date, no_followup = row.no_followup::boolean,
                              vendor_title_id = row.title_id::integer
                         FROM (VALUES %s) AS row (id, due, no_followup, title_id)
                        WHERE line.id = row.id RETURNING line.id""",
                    SQL(", ").join(SQL("%s", row) for row in rows),
                )
            )
        lines.invalidate_recordset(names)

    def _write_invoices(self, rows):
        """Write due date and mark of invoices, all in one statement."""
        names = ("invoice_date_due", "vendor_financing_state")
        moves = self.move_id
        moves.flush_recordset(names)
        if rows:
            self.env.execute_query(
                SQL(
                    """UPDATE account_move move
                          SET invoice_date_due = row.due::date,
                              vendor_financing_state = row.state::varchar
                         FROM (VALUES %s) AS row (id, due, state)
                        WHERE move.id = row.id RETURNING move.id""",
                    SQL(", ").join(SQL("%s", row) for row in rows),
                )
            )
        # The host computes the invoice's follow-up from its items.
        moves.invalidate_recordset([*names, "no_followup"])
        moves.modified(["vendor_financing_state"])


def _join_states(states):
    """Return the state of an invoice by those of its titles, or None without any."""
    if states.intersection(AT_BANK):
        return "partly_debited" if states & COLLECTABLE else "financed"
    return next((name for name in ("debited", "settled") if name in states), None)
