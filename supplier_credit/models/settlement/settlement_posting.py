from collections import defaultdict

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..common.entry_lines import get_items_by_key
from .event import SETTLING

# A plan of the host gets slower with every pair, and every plan has a fixed cost.
PAIRS_AT_ONCE = 500


class SupplierCreditSettlement(models.Model):
    """Posting a statement: bank, fees, taxes and differences against Supplier's receivable."""

    _inherit = "supplier.credit.settlement"

    def _post(self):
        """Post this statement in one entry and settle its items, all or nothing.

        A refusal of the ledger is shown on the statement. In a locked period the host posts on the
        next open day, which a note on the statement says.

        :raise UserError: naming the statement and its undecided entries
        """
        self.ensure_one()
        # Two accountants may press the button at the same time.
        self.lock_for_update()
        self._check_decided()
        self._process_in_savepoint(self._post_entry)

    def _check_decided(self):
        undecided = self.entry_ids.filtered(lambda entry: entry.state in ("open", "proposed"))
        if undecided:
            raise UserError(
                self.env._(
                    "Statement %(statement)s is not ready: %(count)s entries wait for a decision "
                    "(%(entries)s). Match them, accept what is proposed, or ignore them with a "
                    "reason.",
                    statement=self.name,
                    count=len(undecided),
                    entries=", ".join(undecided[:5].mapped("external_id")),
                )
            )
        if not self.entry_ids.filtered(lambda entry: entry.state == "matched"):
            raise UserError(
                self.env._(
                    "Statement %(statement)s has nothing to post: all its entries are ignored.",
                    statement=self.name,
                )
            )

    def _post_entry(self):
        self = self.with_company(self.company_id)
        matched = self.entry_ids.filtered(lambda entry: entry.state == "matched").sorted("id")
        self._check_still_open(matched)
        settled = {entry: entry._get_settled() for entry in matched.filtered("counterpart_line_id")}
        # The key of a line is its origin: an account and a kind of cost, or a settlement entry.
        lines = self._prepare_total_lines(matched)
        lines |= {
            entry: self._prepare_settled_line(entry, amount) for entry, amount in settled.items()
        }
        # A new entry has no analytic items yet; the host would search them line by line.
        moves = self.env["account.move"].with_context(skip_analytic_sync=True)
        move = moves.create(self._prepare_move(lines.values())).with_env(self.env)
        items = get_items_by_key(move, lines)
        move._post(soft=False)
        pairs = [entry.counterpart_line_id | items[entry] for entry in settled]
        for chunk in split_every(PAIRS_AT_ONCE, pairs, list):
            self.env["account.move.line"]._reconcile_plan(chunk)
        for entry in matched:
            entry._move_to("posted", settled_amount=settled.get(entry, 0.0))
        self._move_to("posted", move_id=move.id, error=False)
        if move.date != self.date:
            self.message_post(
                body=self.env._(
                    "%(date)s lies in a locked period, so %(entry)s was posted on %(posted)s.",
                    date=self.date,
                    entry=move.name,
                    posted=move.date,
                )
            )

    def _check_still_open(self, entries):
        """Refuse entries whose item has changed since they were matched.

        :raise UserError: naming them
        """
        changed = entries.filtered(
            lambda entry: entry.event_kind in SETTLING
            and (
                not entry.counterpart_line_id
                or entry.currency_id.compare_amounts(
                    abs(entry.counterpart_line_id.amount_residual), entry.expected
                )
            )
        )
        if changed:
            raise UserError(
                self.env._(
                    "Since entries %(entries)s were matched, what is open of their items has "
                    "changed. Reopen them, so that they are matched again.",
                    entries=", ".join(changed[:20].mapped("external_id")),
                )
            )

    # -------------------------------------------------------------------------
    # LINES
    # -------------------------------------------------------------------------

    def _prepare_move(self, lines):
        return {
            "move_type": "entry",
            "journal_id": self.agreement_id.settlement_journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": self.env._("Settlement of Supplier, %(statement)s", statement=self.name),
            "is_supplier_entry": True,
            "supplier_settlement_id": self.id,
            "line_ids": [Command.create(line) for line in lines],
        }

    def _prepare_total_lines(self, entries):
        """Return the line of the payment, and one for each account of fees, taxes and others.

        :return: a dict from (account, kind of cost) to the values of the line
        """
        agreement = self.agreement_id
        totals, names = defaultdict(float), {}
        bank = agreement._get_settlement_account()
        names[bank, "bank"] = self.env._("Paid by Supplier on %(date)s", date=self.date)
        table = self.env["supplier.credit.event"]._get_table(agreement)
        for entry in entries:
            totals[bank, "bank"] += entry.amount
            for account, code, name, balance in entry._get_costs(table[entry.event_code]):
                totals[account, code] += balance
                names[account, code] = name
        currency = self.currency_id
        return {
            (account, code): {
                "name": names[account, code],
                "account_id": account.id,
                "partner_id": agreement.partner_id.id,
                "balance": currency.round(balance),
            }
            for (account, code), balance in totals.items()
            if not currency.is_zero(balance)
        }

    def _prepare_settled_line(self, entry, settled):
        line = entry.counterpart_line_id
        return {
            "name": self.env._(
                "Settled by Supplier: %(item)s (%(entry)s)",
                item=line.name or line.move_id.name,
                entry=entry.external_id,
            ),
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "date_maturity": line.date_maturity,
            # The item's own distribution is reversed, whatever the models of today are.
            "analytic_distribution": line.analytic_distribution,
            "balance": -entry._get_sign(entry.direction) * settled,
        }


class SupplierCreditSettlementEntry(models.Model):
    """The lines that an entry posts."""

    _inherit = "supplier.credit.settlement.entry"

    def _get_settled(self):
        """Return the part of its item that this entry settles, in BRL."""
        self.ensure_one()
        paid = self.principal - (0.0 if self.holds_fee else self.fee)
        return self.currency_id.round(paid + (self.difference if self.write_off else 0.0))

    def _get_costs(self, event):
        """Return the other lines of this entry: list of (account, kind of cost, label, balance).

        :raise UserError: when its event has no account any more
        """
        self.ensure_one()
        agreement = self.agreement_id
        if event.kind not in SETTLING:
            # The event may have lost its account since the entry was matched.
            account = event._get_account(agreement)
            if not account:
                raise UserError(self._get_obstacle(event))
            return [(account, event.code, f"{event.code} {event.name}", -self.amount)]
        sign = self._get_sign(self.direction)
        costs = []
        if self.holds_fee and self.fee:
            label = self.env._("Fees of Supplier")
            costs.append((agreement.fee_account_id, "fee", label, sign * self.fee))
        if self.taxes:
            label = self.env._("Taxes withheld by Supplier")
            costs.append((event.tax_account_id, "tax", label, sign * self.taxes))
        if self.write_off and self.difference:
            label = self.env._("Differences of the settlement")
            costs.append(
                (agreement.difference_account_id, "difference", label, sign * self.difference)
            )
        return costs
