from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER


class VendorFinancingContract(models.Model):
    """Maintenance (Manutenção de Vendor): changes after the effectivation. Seed 004.

    Each change is an operation with an entry of its day, undone in reverse order. A new due date
    moves the open principal from one item of the vendor account to another: D old / C new maturity.
    """

    _inherit = "vendor.financing.contract"

    def _maintain(self, kind, changes, date, lines=(), **values):
        """Change the terms of open instalments.

        :param kind: correction, extension or acceleration
        :param changes: {instalment: values}; `date_due` moves its item of the vendor account
        :param lines: values of further lines of the entry
        :raise UserError: naming the instalment that is not open, or not changed
        """
        amounts = {part: part.open_amount for part in changes}
        operation = self._create_operation(kind, amounts, date, **values)
        moved = {
            part: amounts[part]
            for part, vals in changes.items()
            if vals.get("date_due", part.date_due) != part.date_due
        }
        self._check_new_dates({part: changes[part]["date_due"] for part in moved})
        closing = self._prepare_vendor_debits(moved)
        opening = [
            {**line, "date_maturity": changes[part]["date_due"], "balance": -line["balance"]}
            for part, line in zip(moved, closing, strict=True)
        ]
        if closing or lines:
            operation._post_entry([*closing, *opening, *lines])
            operation._reconcile_items()
            for part, item in operation._get_vendor_items("credit").items():
                part.vendor_line_id = item
        for part, vals in changes.items():
            part._apply_terms(vals)
        self._sync_titles(amounts)
        return operation

    def _check_new_dates(self, dates):
        for part, day in dates.items():
            if day <= self.credit_date:
                raise UserError(
                    self.env._(
                        "%(installment)s cannot be due on %(date)s: contract %(contract)s was "
                        "credited on %(credited)s. Enter a later due date.",
                        installment=part.display_name,
                        date=day,
                        contract=self.display_name,
                        credited=self.credit_date,
                    )
                )

    def _correct(self, part, date_due, interest, date, settled_by="expense", note=False):
        """Correct due date and company's interest of an open instalment.

        :param interest: the company's, in BRL
        :param settled_by: expense (the value credited was right, only shared out wrongly) or bank
            (the bank credits or debits the difference)
        """
        more = self.currency_id.round(interest - part.interest)
        if self.currency_id.compare_amounts(part.customer_total + more, 0) < 0:
            raise UserError(
                self.env._(
                    "%(installment)s: with %(interest)s of company's interest the customer would "
                    "pay less than nothing. Enter more interest.",
                    installment=part.display_name,
                    interest=self.currency_id.format(interest),
                )
            )
        changes = {
            "date_due": date_due,
            "interest": interest,
            "customer_total": self.currency_id.round(part.customer_total + more),
        }
        agreement = self.agreement_id
        account = agreement.expense_account_id
        if settled_by == "bank":
            account = agreement._get_bank_account()
        if settled_by == "expense":
            self._check_difference_explained(more, note)
        earned = max(part.interest, 0.0) - max(interest, 0.0)
        borne = min(part.interest, 0.0) - min(interest, 0.0)
        lines = self._prepare_maintenance_lines(
            part,
            (earned, self._find_result_account("interest"), self.env._("Interest corrected")),
            (
                borne,
                self._find_result_account("equalization"),
                self.env._("Equalization corrected"),
            ),
            (more, lambda: account, self.env._("Interest corrected")),
        )
        if date_due == part.date_due and not lines:
            raise UserError(
                self.env._(
                    "Nothing of %(installment)s would change. Enter another due date or interest.",
                    installment=part.display_name,
                )
            )
        former = part.interest
        operation = self._maintain("correction", {part: changes}, date, lines, note=note)
        self._defer_correction(operation, part, former)
        return operation

    def _extend(self, part, date_due, date, iof=0.0, bank_interest=0.0, borne_by="customer", **kw):
        """Give an open instalment a later due date.

        :param iof: complementary IOF, in BRL
        :param bank_interest: the bank's for the longer term, in BRL
        :param borne_by: customer (pays the bank more, no entry) or company (the bank debits it)
        """
        if date_due <= part.date_due:
            raise UserError(
                self.env._(
                    "%(installment)s is due on %(date)s. An extension needs a later day; for an "
                    "earlier one use a correction.",
                    installment=part.display_name,
                    date=part.date_due,
                )
            )
        changes = {"date_due": date_due, "extension_state": "granted", "extension_date": date_due}
        lines = []
        if borne_by == "customer":
            # IOF that the company bears is no part of the customer total.
            name = "bank_charge" if self.iof_borne_by == "company" else "iof"
            changes["bank_charge"] = part.bank_charge + bank_interest
            changes[name] = changes.get(name, part[name]) + iof
            changes["customer_total"] = part.customer_total + bank_interest + iof
        else:
            agreement = self.agreement_id
            lines = self._prepare_maintenance_lines(
                part,
                (iof, self._find_result_account("iof"), self.env._("IOF")),
                (
                    bank_interest,
                    self._find_result_account("extension"),
                    self.env._("Interest of the extension"),
                ),
                (
                    -(iof + bank_interest),
                    agreement._get_bank_account,
                    self.env._("Extension"),
                ),
            )
            kw["charges"] = self.currency_id.round(iof + bank_interest)
        operation = self._maintain("extension", {part: changes}, date, lines, **kw)
        if borne_by == "company":
            self._defer(operation, {(part, "iof"): iof, (part, "extension"): bank_interest})
        return operation

    def _accelerate(self, date, customers=None):
        """Move the due date of open instalments of this contract to a day, after a default.

        :param customers: res.partner whose instalments fall due; None is all
        :return: the operation, or none where nothing is due later
        """
        parts = self.installment_ids.filtered(
            lambda part: part.state == "financed"
            and part.date_due > date
            and (customers is None or part.partner_id in customers)
        )
        if not parts:
            return self.env["vendor.financing.operation"]
        return self._maintain("acceleration", {part: {"date_due": date} for part in parts}, date)

    def _check_difference_explained(self, difference, reason):
        """Refuse a difference beyond the tolerance that goes to bank expenses without a word.

        :param difference: in BRL, of either sign
        :param reason: a manager's
        :raise AccessError: for all but managers
        :raise UserError: without a reason
        """
        if not self._is_beyond_tolerance(difference):
            return
        currency = self.currency_id
        figures = {
            "contract": self.display_name,
            "difference": currency.format(abs(difference)),
            "tolerance": currency.format(self.agreement_id.tolerance),
        }
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Contract %(contract)s: %(difference)s would go to bank expenses, more than "
                    "the tolerance of %(tolerance)s. Ask a manager of Vendor financing to do it.",
                    **figures,
                )
            )
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(difference)s would go to bank expenses, more than "
                    "the tolerance of %(tolerance)s. Enter the reason.",
                    **figures,
                )
            )

    def _prepare_maintenance_lines(self, part, *results):
        """Return lines of (balance, how to find the account, name) that are not zero."""
        return [
            {
                "account_id": find_account().id,
                "partner_id": self.agreement_id.partner_id.id,
                "name": f"{name}: {part.display_name}",
                "balance": self.currency_id.round(balance),
            }
            for balance, find_account, name in results
            if not self.currency_id.is_zero(balance)
        ]
