from odoo import api, models

# What makes an entry another one when Supplier sends its number again.
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
    """Taking over what Supplier tells, once: by its number, however often and whichever way."""

    _inherit = "supplier.credit.settlement.entry"

    @api.model
    def _store(self, agreement, told, source):
        """Keep entries of a statement; the same number again changes nothing.

        A future entry follows what is told of it until it is effective. One that is effective
        stays as it is; other values under its number are noted on it for a person.

        :param told: list of `tools.supplier_api_settlement.StatementEntry`
        :param source: api or file
        :return: the entries that are new or have become effective
        """
        entries = self.with_company(agreement.company_id)
        known = {
            entry.external_id: entry
            for entry in entries.search(
                [
                    ("agreement_id", "=", agreement.id),
                    ("external_id", "in", [entry.external_id for entry in told]),
                ]
            )
        }
        first = {}
        for entry in told:
            # Within a page an effective one goes before the announcement of the same number.
            if entry.external_id not in first or first[entry.external_id].future:
                first[entry.external_id] = entry
        statements = self._get_statements(agreement, first.values(), known, source)
        created = entries.create(
            [
                entries._prepare_entry(agreement, entry, statements, source)
                for entry in first.values()
                if entry.external_id not in known
            ]
        )
        changed = entries.browse()
        for external_id, entry in first.items():
            if external_id in known:
                changed |= known[external_id]._sync_with_statement(entry, statements)
        stored = known | {entry.external_id: entry for entry in created}
        for entry in told:
            # One that was just made of these values cannot differ from them.
            if entry.external_id in known or first[entry.external_id] is not entry:
                stored[entry.external_id]._store_conflict(entry)
        return created | changed

    @api.model
    def _get_statements(self, agreement, told, known, source):
        """Return the statement that takes the entries of each date; made where there is none."""
        dates = {
            entry.date
            for entry in told
            if not entry.future
            and (entry.external_id not in known or known[entry.external_id].state == "future")
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
        # Something new came: what seemed complete is no longer.
        found.filtered(lambda settlement: settlement.state == "matched")._move_to("imported")
        return {settlement.date: settlement for settlement in found}

    @api.model
    def _prepare_entry(self, agreement, told, statements, source):
        return {
            "agreement_id": agreement.id,
            "company_id": agreement.company_id.id,
            "external_id": told.external_id,
            "source": source,
            **self._prepare_content(told, statements),
        }

    @api.model
    def _prepare_content(self, told, statements):
        values = {name: getattr(told, name) or False for name in CONTENT}
        values |= {name: float(values[name]) for name in AMOUNTS}
        return {
            **values,
            "amount": self._get_sign(told.direction) * values["value"],
            "state": "future" if told.future else "open",
            "settlement_id": False if told.future else statements[told.date].id,
            "to_acknowledge": told.confirmed is False and not told.future,
            "acknowledged": bool(told.confirmed),
        }

    def _sync_with_statement(self, told, statements):
        """Take over what is told of this known entry; return it if it has become effective."""
        if self.state == "future":
            values = self._prepare_content(told, statements)
            if told.future and not self._has_other_content(told):
                return self.browse()
            self.write(values)
            return self.browse() if told.future else self
        if told.confirmed and not self.acknowledged:
            self.write({"acknowledged": True, "to_acknowledge": False})
        elif told.confirmed is False and not told.future and not self.to_acknowledge:
            self.write({"to_acknowledge": True, "acknowledged": False})
        return self.browse()

    def _store_conflict(self, told):
        """Note other values under the number of this entry; its own stay."""
        if self.state == "future" or told.future or not self._has_other_content(told):
            return
        self.conflict = self.env._(
            "Supplier sent %(entry)s again with other values: %(date)s, principal %(principal)s, "
            "fee %(fee)s, taxes %(taxes)s, value %(value)s. What came first counts. Ask Supplier "
            "which is right.",
            entry=self.external_id,
            date=told.date,
            principal=told.principal,
            fee=told.fee,
            taxes=told.taxes,
            value=told.value,
        )

    def _has_other_content(self, told):
        return any(
            self.currency_id.compare_amounts(self[name], float(getattr(told, name)))
            if name in AMOUNTS
            else (self[name] or False) != (getattr(told, name) or False)
            for name in CONTENT
        )
