from odoo import Command, fields, models

from .contract_dues import Owed


class ResellerBillingContract(models.Model):
    """Contracts billed by days: what is owed and given back when they or their plans end.

    What was billed ahead is credited for the days that are not used; what was not billed yet is
    billed for the days that were.
    """

    _inherit = "reseller.billing.contract"

    def _end_days(self, day):
        """Bill the days until a contract ends, and credit those after it; only those by days.

        :param day: the last day
        :raise UserError: if the last fatura cannot be made
        """
        for contract in self.filtered(lambda one: one.is_pro_rata and one.date_active).sudo():
            contract._create_credits(contract._get_unused(day))
            # The days of a suspension are not billed.
            rest = contract._get_rest(day) if contract.state == "active" else []
            if rest:
                values = contract._prepare_month(day.replace(day=1), day)
                bill = contract._complete_fatura({**values, "is_one_off_fatura": False}, rest)
                contract._check_may_be_billed()
                self.env["account.move"].sudo()._create_faturas([(bill, rest)])

    def _get_unused(self, day, plan=None):
        """Return what is given back of billed dues for the days after a day.

        :param plan: of one plan only
        :return: list of `Unused`
        """
        self.ensure_one()
        dues = self.sudo().due_ids.filtered(
            lambda due: due.state == "billed"
            and due.plan_id
            and due.date_end > day
            and due.fatura_id.state == "posted"
            and (not plan or due.plan_id == plan)
        )
        return [due._get_unused(day) for due in dues.sorted("id")]

    def _get_rest(self, day, line=None):
        """Return what plans owe, and is not billed yet, until a day on which they end.

        :param line: one plan only, which then leaves what waits for the next fatura alone
        :return: list of `Owed`
        """
        self.ensure_one()
        lines = line or self.line_ids
        months = self._get_months_between(self.next_month, fields.Date.add(day, days=1))
        known = self._get_known_dues(months[0] if months else day.replace(day=1))[self]
        rest = []
        for month in months:
            for one in lines.filtered(lambda line, month=month: line._is_due(month)):
                owed = one._get_owed_until(day, month, known)
                rest += [owed] if owed else []
        if not line:
            listed = known.browse().union(*(one.known for one in rest))
            queued = known.filtered(lambda due: due.state == "queued") - listed
            rest += [Owed({}, due) for due in queued]
        return rest

    def _create_credits(self, unused):
        """Credit days that are not used, a credit note for each fatura; its charge is lowered.

        :param unused: list of `Unused`
        """
        by_fatura = {}
        for one in unused:
            if one.amount > 0:
                by_fatura.setdefault(one.due.fatura_id, []).append(one)
        for fatura, own in by_fatura.items():
            note = self.env["account.move"].sudo().create(self._prepare_credit(fatura, own))
            note._post(soft=False)
        for one in unused:
            one.due._store_unused(one)

    def _prepare_credit(self, fatura, unused):
        """Return the values of a credit note of a fatura over days that are not used."""
        today = fields.Date.context_today(self)
        return {
            "move_type": "out_refund",
            "partner_id": fatura.partner_id.id,
            "journal_id": fatura.journal_id.id,
            "company_id": fatura.company_id.id,
            "invoice_date": today,
            "date": today,
            "currency_id": fatura.currency_id.id,
            "reversed_entry_id": fatura.id,
            "ref": self.env._("Days not used of %s", fatura.name),
            "invoice_line_ids": [
                Command.create(self._prepare_credit_line(fatura, one)) for one in unused
            ],
        }

    def _prepare_credit_line(self, fatura, one):
        """Return the line of a credit note; account and taxes are those of the fatura."""
        items = fatura.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        item = one.due.invoice_line_id or items[:1]
        values = {
            "name": f"{one.due.plan_id.name}\n{one.explanation}",
            "product_id": item.product_id.id,
            "account_id": item.account_id.id,
            "quantity": 1.0,
            "price_unit": self._get_price_before_taxes(item.tax_ids, one.amount),
            "tax_ids": [Command.set(item.tax_ids.ids)],
        }
        return self._fit_line(values, item.tax_ids, one.amount)
