from odoo import Command, models
from odoo.exceptions import UserError


class VendorFinancingContract(models.Model):
    """Settlement of instalments at the bank (baixa), and the bank's debit on a default. Seed 004.

    Settlement: D vendor account / C customer at the original value, reconciled both ways.
    Default: D vendor account and D charges / C bank; the receivable is then collectable again.
    """

    _inherit = "vendor.financing.contract"

    def _settle(self, amounts, date, kind="settlement", note=False, rebate=0.0):
        """Settle instalments of this contract that the customer paid at the bank.

        :param amounts: {instalment: principal paid, in BRL}
        :param date: the day of the payment
        :param kind: settlement or early_settlement
        :param rebate: what the bank credits the company for an early settlement, in BRL
        :raise UserError: naming the instalment that is not open or less open
        """
        operation = self._create_operation(kind, amounts, date, note=note, rebate=rebate)
        customer_lines = [
            {
                "account_id": part.title_id.line_id.account_id.id,
                "partner_id": part.partner_id.id,
                "name": part.display_name,
                "vendor_installment_id": part.id,
                # A receivable has no analytic account; the host would look for one line by line.
                "analytic_distribution": False,
                "balance": -amount,
            }
            for part, amount in amounts.items()
        ]
        vendor_lines = self._prepare_vendor_debits(amounts)
        results = self._prepare_equalization(amounts) + self._prepare_rebate(rebate)
        closed = self._get_closed(amounts)
        results += self._prepare_ended_results(closed)
        operation._post_entry(vendor_lines + customer_lines + results)
        self._record_ended(operation, closed)
        operation._reconcile_items()
        for part, amount in amounts.items():
            part.settled_amount += amount
            if self.currency_id.is_zero(part.open_amount):
                part._close("settled" if kind == "settlement" else "settled_early")
        self._sync_titles(amounts)
        return operation

    def _default(self, amounts, date, charges=0.0, note=False):
        """Enter that the bank debited instalments from the company.

        :param amounts: {instalment: principal debited, in BRL}
        :param charges: interest, fine and expenses that the bank debited on top, in BRL
        :raise UserError: naming the instalment that is not open or less open
        """
        operation = self._create_operation("default", amounts, date, charges=charges, note=note)
        agreement = self.agreement_id
        vendor_lines = self._prepare_vendor_debits(amounts)
        total = sum(amounts.values()) + charges
        lines = [
            *vendor_lines,
            {
                "account_id": agreement._get_bank_account().id,
                "partner_id": agreement.partner_id.id,
                "name": operation.display_name,
                "balance": -self.currency_id.round(total),
            },
        ]
        if not self.currency_id.is_zero(charges):
            lines.append(
                {
                    "account_id": agreement.expense_account_id.id,
                    "partner_id": agreement.partner_id.id,
                    "name": self.env._("Charges on the default"),
                    "balance": charges,
                }
            )
        lines += self._prepare_equalization(amounts)
        closed = self._get_closed(amounts)
        lines += self._prepare_ended_results(closed)
        operation._post_entry(lines)
        self._record_ended(operation, closed)
        operation._reconcile_items()
        for part, amount in amounts.items():
            part.debited_amount += amount
            if self.currency_id.is_zero(part.open_amount):
                part._close("debited")
        self._sync_titles(amounts)
        return operation

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def _take_turn(self):
        """Lock this contract, as each of its operations does: a double click books once.

        :raise UserError: while another request works on it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Contract %(contract)s is being changed by another request at this moment. "
                    "Reload it, see what was booked, and try again.",
                    contract=self.display_name,
                )
            )

    def _create_operation(self, kind, amounts, date, **values):
        self.ensure_one()
        self._take_turn()
        self.agreement_id._check_day_ahead(date, self)
        self._recognise_ended_months(date)
        currency = self.currency_id
        for part, amount in amounts.items():
            if part.contract_id != self or part.state != "financed":
                raise UserError(
                    self.env._(
                        "%(installment)s is not financed under contract %(contract)s, so nothing "
                        "of it can be settled or debited.",
                        installment=part.display_name,
                        contract=self.display_name,
                    )
                )
            if amount <= 0 or currency.compare_amounts(amount, part.open_amount) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s cannot be booked on %(installment)s: %(open)s of its principal "
                        "is open. Enter an amount up to that.",
                        amount=currency.format(amount),
                        installment=part.display_name,
                        open=currency.format(part.open_amount),
                    )
                )
            if date < self.credit_date:
                raise UserError(
                    self.env._(
                        "%(date)s is before contract %(contract)s was credited (%(credited)s). "
                        "Enter a later date.",
                        date=date,
                        contract=self.display_name,
                        credited=self.credit_date,
                    )
                )
        return self.env["vendor.financing.operation"].create(
            {
                "contract_id": self.id,
                "kind": kind,
                "date": date,
                "amount": sum(amounts.values()),
                "line_ids": [
                    Command.create(
                        {
                            "installment_id": part.id,
                            "principal": amount,
                            "previous": part._get_snapshot(),
                        }
                    )
                    for part, amount in amounts.items()
                ],
                **values,
            }
        )

    def _prepare_vendor_debits(self, amounts):
        """Return the lines that end the guarantee of instalments.

        :param amounts: {instalment: principal in BRL}
        """
        agreement = self.agreement_id
        return [
            {
                "account_id": agreement.vendor_account_id.id,
                "partner_id": agreement.partner_id.id,
                "name": part.display_name,
                "date_maturity": part.date_due,
                "vendor_installment_id": part.id,
                # A guarantee has no analytic account.
                "analytic_distribution": False,
                "balance": amount,
            }
            for part, amount in amounts.items()
        ]

    def _prepare_equalization(self, amounts):
        """Return the lines of the equalization that is paid when instalments are closed."""
        owed = sum(self._get_closed(amounts).mapped("equalization"))
        if self.currency_id.is_zero(owed):
            return []
        agreement = self.agreement_id
        payable = agreement._get_account("equalization_payable_account_id")
        return self._prepare_pair(
            payable, agreement._get_bank_account(), owed, self.env._("Equalization")
        )

    def _get_closed(self, amounts):
        """Return the instalments of which these amounts, in BRL, leave nothing open."""
        return self.env["vendor.financing.contract.installment"].union(
            *(
                part
                for part, amount in amounts.items()
                if not self.currency_id.compare_amounts(amount, part.open_amount)
            )
        )

    def _prepare_rebate(self, rebate):
        if self.currency_id.is_zero(rebate):
            return []
        agreement = self.agreement_id
        income = agreement.income_account_id or agreement.expense_account_id
        return self._prepare_pair(
            agreement._get_bank_account(), income, rebate, self.env._("Rebate of the bank")
        )

    def _prepare_pair(self, debit, credit, amount, name):
        return [
            {
                "account_id": account.id,
                "partner_id": self.agreement_id.partner_id.id,
                "name": name,
                "balance": self.currency_id.round(balance),
            }
            for account, balance in ((debit, amount), (credit, -amount))
        ]

    def _sync_titles(self, amounts):
        titles = self.env["vendor.financing.contract.title"].browse(
            {part.title_id.id for part in amounts}
        )
        titles._update_receivables()
        self._sync_state()
