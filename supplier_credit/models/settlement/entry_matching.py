from odoo import models
from odoo.tools import split_every

from .event import SETTLING

ENTRIES_AT_ONCE = 500


class SupplierCreditSettlementEntry(models.Model):
    """Matching entries with open items: exactly, within the tolerance (7.4), or by proposal.

    A batch costs a fixed number of queries, whatever its size.
    """

    _inherit = "supplier.credit.settlement.entry"

    def _match(self):
        """Match the undecided entries, and show on the others why they are not matched."""
        undecided = self.filtered(lambda entry: entry.state in ("open", "proposed"))
        for agreement, entries in undecided.grouped("agreement_id").items():
            for chunk in split_every(ENTRIES_AT_ONCE, entries.sorted("id").ids, self.browse):
                chunk.with_company(agreement.company_id)._match_together(agreement)
        self.settlement_id._sync_with_entries()

    def _match_together(self, agreement):
        table = self.env["supplier.credit.event"]._get_table(agreement)
        refused = {entry: entry._get_obstacle(table.get(entry.event_code)) for entry in self}
        settling = self.filtered(
            lambda entry: not refused[entry] and table[entry.event_code].kind in SETTLING
        )
        found = settling._find_counterparts(agreement, table)
        suggested = (settling - self.browse().concat(*found))._find_suggestions(agreement)
        lines = self.env["account.move.line"].union(
            *(counterpart.line for counterpart in (found | suggested).values())
        )
        taken = self._find_matching_entries(lines)
        for entry in self:
            event = table.get(entry.event_code)
            if refused[entry]:
                values = {"state": "open", "problem": refused[entry]}
            elif entry not in settling:
                values = {"state": "matched", "problem": False}
            else:
                counterpart = found.get(entry) or suggested.get(entry)
                values = entry._evaluate_counterpart(counterpart, taken, is_known=entry in found)
                if values["state"] in ("matched", "proposed"):
                    taken[counterpart.line] = entry
            entry._store_evaluation({"event_kind": event.kind if event else False, **values})

    def _store_evaluation(self, values):
        """Store the result of the matching, if it changed.

        :param values: of the entry; fields that are not given are cleared
        """
        defaults = {
            "counterpart_line_id": False,
            "installment_id": False,
            "expected": 0.0,
            "difference": 0.0,
            "write_off": False,
            "holds_fee": False,
            "expected_fee": 0.0,
            "signed_fee": 0.0,
        }
        if values["event_kind"] in SETTLING:
            defaults["signed_fee"] = self._get_sign(self.direction) * self.fee
        elif values["event_kind"] == "fee":
            defaults["signed_fee"] = -self.amount
        values = {**defaults, **values}
        drift = values["signed_fee"] - values["expected_fee"]
        values["fee_drift"] = self.currency_id.round(drift)
        now = self._convert_to_write({name: self[name] for name in values})
        changed = {name: value for name, value in values.items() if now[name] != value}
        if changed:
            self._move_to(changed.pop("state", self.state), **changed)

    # -------------------------------------------------------------------------
    # WEIGHING
    # -------------------------------------------------------------------------

    def _evaluate_counterpart(self, counterpart, taken, *, is_known):
        """Return the values of this entry with the counterpart that was found for it.

        :param taken: dict from item to the entry that is matched with it
        :param is_known: whether it was found by Supplier's codes, not by its amount alone
        """
        if not counterpart:
            return {"state": "open", "problem": self._describe_unknown()}
        if obstacle := self._get_line_obstacle(counterpart, taken):
            return {"state": "open", "problem": obstacle} | (
                {"installment_id": counterpart.installment.id} if counterpart.installment else {}
            )
        values = self._prepare_match(counterpart)
        currency, agreement = self.currency_id, self.agreement_id
        if not is_known:
            problem = self.env._(
                "%(unknown)s An open item of the same amount is proposed; accept it if it is the "
                "right one.",
                unknown=self._describe_unknown(),
            )
            return {"state": "proposed", "problem": problem, **values}
        difference = values["difference"]
        if currency.is_zero(difference):
            return {"state": "matched", "problem": False, **values}
        is_small = currency.compare_amounts(abs(difference), agreement.difference_tolerance) <= 0
        if is_small and agreement.difference_account_id:
            return {"state": "matched", "problem": False, "write_off": True, **values}
        problem = self.env._(
            "Of %(item)s %(expected)s is open, which is %(difference)s more than entry %(entry)s "
            "settles. Accept it, and the difference stays open; or decide to write it off to the "
            "account of 7.3.",
            item=counterpart.line.display_name,
            expected=currency.format(values["expected"]),
            difference=currency.format(difference),
            entry=self.external_id,
        )
        return {"state": "proposed", "problem": problem, **values}

    def _describe_unknown(self):
        return self.env._(
            "Instalment %(number)s of %(code)s is not known under agreement %(agreement)s.",
            number=self.number,
            code=self.post_sale_code or self.transaction_code or "-",
            agreement=self.agreement_id.name,
        )

    def _prepare_match(self, counterpart):
        """Return the values of this entry matched with a counterpart."""
        expected = abs(counterpart.line.amount_residual)
        settled = self.principal - (0.0 if counterpart.holds_fee else self.fee)
        return {
            "counterpart_line_id": counterpart.line.id,
            "installment_id": counterpart.installment.id if counterpart.installment else False,
            "holds_fee": counterpart.holds_fee,
            "expected": expected,
            "difference": self.currency_id.round(expected - settled),
            "expected_fee": self._get_sign(self.direction) * counterpart.fee,
        }
