from odoo import api, models

# Fields in which an entry conflicts with a repetition of its number.
CONTENT = (
    "transaction_code",
    "post_sale_code",
    "number",
    "event_code",
    "direction",
    "date",
    "principal",
    "fee",
    "taxes",
    "value",
)
AMOUNTS = ("principal", "fee", "taxes", "value")


class SupplierCreditSettlementEntry(models.Model):
    """Storing the lines of statements once, by their number, from service and file."""

    _inherit = "supplier.credit.settlement.entry"

    @api.model
    def _store(self, agreement, lines, source):
        """Store lines of a statement; a repeated number creates no second entry.

        A future entry is updated until it is effective. An effective one stays; a repetition with
        other values is shown on it as a conflict.

        :param lines: list of `tools.api.settlement.StatementEntry`
        :param source: api or file
        :return: the entries that are new or have become effective
        """
        entries = self.with_company(agreement.company_id)
        known = {
            entry.external_id: entry
            for entry in entries.search(
                [
                    ("agreement_id", "=", agreement.id),
                    ("external_id", "in", [line.external_id for line in lines]),
                ]
            )
        }
        first = {}
        for line in lines:
            # Within a page an effective line goes before the announcement of the same number.
            if line.external_id not in first or first[line.external_id].future:
                first[line.external_id] = line
        statements = self._get_statements(agreement, first.values(), known, source)
        created = entries.create(
            [
                entries._prepare_entry(agreement, line, statements, source)
                for line in first.values()
                if line.external_id not in known
            ]
        )
        changed = entries.browse()
        for external_id, line in first.items():
            if external_id in known:
                changed |= known[external_id]._sync_with_statement(line, statements)
        stored = known | {entry.external_id: entry for entry in created}
        for line in lines:
            # An entry that was just created with these values cannot differ from them.
            if line.external_id in known or first[line.external_id] is not line:
                stored[line.external_id]._store_conflict(line)
        return created | changed

    @api.model
    def _get_statements(self, agreement, lines, known, source):
        """Return a dict from date to the open statement of its entries, created if missing."""
        dates = {
            line.date
            for line in lines
            if not line.future
            and (line.external_id not in known or known[line.external_id].state == "future")
        }
        settlements = self.env["supplier.credit.settlement"]
        found = settlements.search(
            [
                ("agreement_id", "=", agreement.id),
                ("date", "in", list(dates)),
                ("state", "in", ("imported", "matched")),
            ]
        )
        found |= settlements.create(
            [
                {
                    "agreement_id": agreement.id,
                    "company_id": agreement.company_id.id,
                    "date": day,
                    "source": source,
                }
                for day in sorted(dates - set(found.mapped("date")))
            ]
        )
        # With new entries, these statements are not ready any more.
        found.filtered(lambda settlement: settlement.state == "matched")._move_to("imported")
        return {settlement.date: settlement for settlement in found}

    @api.model
    def _prepare_entry(self, agreement, line, statements, source):
        return {
            "agreement_id": agreement.id,
            "company_id": agreement.company_id.id,
            "external_id": line.external_id,
            "source": source,
            **self._prepare_content(line, statements),
        }

    @api.model
    def _prepare_content(self, line, statements):
        values = {name: getattr(line, name) or False for name in CONTENT}
        values |= {name: float(values[name]) for name in AMOUNTS}
        return {
            **values,
            "amount": self._get_sign(line.direction) * values["value"],
            "state": "future" if line.future else "open",
            "settlement_id": False if line.future else statements[line.date].id,
            "to_acknowledge": line.confirmed is False and not line.future,
            "acknowledged": bool(line.confirmed),
        }

    def _sync_with_statement(self, line, statements):
        """Update this known entry from a line; return it if it has become effective by it."""
        if self.state == "future":
            values = self._prepare_content(line, statements)
            if line.future and not self._has_other_content(line):
                return self.browse()
            self._move_to(values.pop("state"), **values)
            return self.browse() if line.future else self
        if line.confirmed and not self.acknowledged:
            self.write({"acknowledged": True, "to_acknowledge": False})
        elif line.confirmed is False and not line.future and not self.to_acknowledge:
            self.write({"to_acknowledge": True, "acknowledged": False})
        return self.browse()

    def _store_conflict(self, line):
        """Show other values under the number of this entry; its own values stay."""
        if self.state == "future" or line.future or not self._has_other_content(line):
            return
        self.conflict = self.env._(
            "Supplier sent %(entry)s again with other values: %(date)s, principal %(principal)s, "
            "fee %(fee)s, taxes %(taxes)s, value %(value)s. What came first counts. Ask Supplier "
            "which is right.",
            entry=self.external_id,
            date=line.date,
            principal=line.principal,
            fee=line.fee,
            taxes=line.taxes,
            value=line.value,
        )

    def _has_other_content(self, line):
        return any(
            self.currency_id.compare_amounts(self[name], float(getattr(line, name)))
            if name in AMOUNTS
            else (self[name] or False) != (getattr(line, name) or False)
            for name in CONTENT
        )
