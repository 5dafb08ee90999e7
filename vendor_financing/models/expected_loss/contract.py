from decimal import Decimal

from odoo import fields, models

from ...tools.rounding import exact, to_cents


class VendorFinancingContract(models.Model):
    """Expected loss of a contract's guarantee at the end of a month, and its reversal next day.

    D expected loss / C loss allowance, by the arrears of each instalment on that day.
    """

    _inherit = "vendor.financing.contract"

    def _book_expected_loss(self, day):
        """Post what these contracts expect to lose at a day's end, and reverse it the day after.

        Done again, it posts what changed since, and nothing where nothing did.

        :param day: the last day of a month
        :return: the operations
        :raise UserError: naming the contract, if that day is in a locked period
        """
        operations = self.env["vendor.financing.operation"]
        for contract in self:
            if not contract._has_guarantee_at(day):
                continue
            contract._take_turn()
            booked = contract.operation_ids.filtered(
                lambda one: one.kind == "loss" and one.date == day
            )
            expected = contract._compute_expected_loss(day)
            missing = contract.currency_id.round(expected - sum(booked.mapped("amount")))
            if not contract.currency_id.is_zero(missing):
                operations |= contract._post_expected_loss(missing, day)
        return operations

    def _compute_expected_loss(self, day):
        """Return what this contract expects to lose at a day's end, in BRL."""
        self.ensure_one()
        if not self._has_guarantee_at(day):
            return 0.0
        loss = sum(
            (
                exact(amount) * self.agreement_id._get_loss_rate((day - due).days)
                for amount, due in self._get_guaranteed_at(day)
            ),
            Decimal(0),
        )
        return float(to_cents(loss))

    def _has_guarantee_at(self, day):
        """Return whether a loss of this contract may be expected at a day's end."""
        self.ensure_one()
        is_effective = any(
            one.kind == "effectivation" and one.state == "posted" for one in self.operation_ids
        )
        return is_effective and self.credit_date <= day and bool(self.agreement_id.loss_rate_ids)

    def _get_guaranteed_at(self, day):
        """Return the open principal (BRL) and due date of what was guaranteed at a day's end.

        What operations of later days changed is taken from what they remember.
        """
        self.ensure_one()
        later = self.operation_ids.filtered(lambda one: one.state == "posted" and one.date > day)
        former = {}
        for line in later.sorted("id", reverse=True).line_ids:
            former[line.installment_id] = line.previous
        guaranteed = []
        for part in self.installment_ids:
            values = former.get(part) or part._get_snapshot()
            if values["state"] == "financed":
                gone = values["settled_amount"] + values["debited_amount"]
                left = self.currency_id.round(values["principal"] - gone)
                guaranteed.append((left, fields.Date.to_date(values["date_due"])))
        return guaranteed

    def _post_expected_loss(self, amount, day):
        """Post an amount of expected loss, in BRL, and its reversal; return the operation."""
        agreement = self.agreement_id
        operation = self.env["vendor.financing.operation"].create(
            {"contract_id": self.id, "kind": "loss", "date": day, "amount": amount}
        )
        operation._post_entry(
            self._prepare_pair(
                agreement._get_account("loss_account_id"),
                agreement._get_account("loss_allowance_account_id"),
                amount,
                self.env._("Expected loss: %(contract)s", contract=self.display_name),
            )
        )
        operation._undo_on(fields.Date.add(day, days=1))
        return operation
