from odoo import Command, fields, models
from odoo.exceptions import UserError

# The field of a document, and of its items, in OCA's Brazilian localisation; no dependency.
OCA_OPERATION = "fiscal_operation_id"


class ResellerBillingContract(models.Model):
    """Values and lines of a contract's fatura."""

    _inherit = "reseller.billing.contract"

    def _check_may_be_billed(self):
        """Refuse a fatura of a contract that is not active.

        What the client lacks to be charged is said together with all else, before it is posted.

        :raise UserError: naming the contract and what to do
        """
        self._check_active()

    def _check_active(self):
        """Refuse a contract that is not active.

        :raise UserError: naming the contract
        """
        self.ensure_one()
        if self.state != "active":
            raise UserError(
                self.env._(
                    "%(contract)s is not active, so that no fatura can be made. Set the contract "
                    "to active first.",
                    contract=self.display_name,
                )
            )

    def _prepare_bill(self, vals, known=None, *, exact=True):
        """Return the values of a fatura with its lines, and what it bills of what is owed.

        It is a one-off if it says so, or if it says a value that is not what is owed for its month:
        then it bills nothing that the plans owe.

        :param vals: without `billing_amount` (BRL) it bills all that is owed for its month
        :param known: the contract's dues, see `_get_known_dues`
        :param exact: whether the monthly fee is refused with another value than what is owed; a
            panel may have billed another
        :return: (values, list of `Owed`)
        :raise UserError: if the value is zero, or is said to be the monthly fee and is not
        """
        self.ensure_one()
        owed = self._find_owed(vals, known, exact)
        # A further fatura of the panel's month bills nothing of the plans.
        is_one_off = not owed if exact or vals.get("is_one_off_fatura") else False
        return self._complete_fatura({**vals, "is_one_off_fatura": is_one_off}, owed), owed

    def _find_owed(self, vals, known, exact):
        """Return what of the contract's dues the values of a fatura bill."""
        said, amount = vals.get("is_one_off_fatura"), vals.get("billing_amount")
        month = get_reference(vals)
        if said or not month:
            return []
        if not self.line_ids:
            # Without a value there is none of a plan either; the message says so.
            return self._get_owed_without_plan(month, amount, known) if amount else []
        owed = self._get_owed(month, known)
        if owed and (not amount or not exact or self._is_sum(owed, amount)):
            return owed
        if exact and said is not None:
            raise UserError(self._explain_other_fee(month, owed, amount))
        return []

    def _is_sum(self, owed, amount):
        return not self.currency_id.compare_amounts(sum(one.amount for one in owed), amount)

    def _explain_other_fee(self, month, owed, amount):
        """Return why a value is not the monthly fee of a month."""
        if not owed:
            return self._explain_nothing_owed(month, self._get_known_dues(month)[self])
        return self.env._(
            "The monthly fee of %(month)s of %(contract)s is %(fee)s, not %(amount)s. Choose "
            "something else than the monthly fee, or change the price on the contract.",
            month=f"{month.month:02}/{month.year}",
            contract=self.display_name,
            fee=self.currency_id.format(sum(one.amount for one in owed)),
            amount=self.currency_id.format(amount),
        )

    def _complete_fatura(self, vals, owed=()):
        """Return the values of a fatura with its lines, which add up to the value.

        :param vals: without `billing_amount` (BRL) it is the sum of what is owed
        :param owed: list of `Owed` that the fatura bills, a line each
        :raise UserError: if the value is zero
        """
        self.ensure_one()
        month, year = vals.get("reference_month"), vals.get("reference_year")
        name = vals.get("billing_description") or self._describe_owed(owed, month, year)
        total = self.currency_id.round(sum(one.amount for one in owed))
        amount = vals.get("billing_amount") or total
        if amount <= 0:
            raise UserError(
                self.env._(
                    "Enter the value of the fatura of %(contract)s: more than zero.",
                    contract=self.display_name,
                )
            )
        has_plans = owed and all(one.plan for one in owed)
        if has_plans and not self.currency_id.compare_amounts(total, amount):
            lines = [self._prepare_due_line(one) for one in owed]
        else:
            lines = [self._prepare_fatura_line(self.line_ids.plan_id.product_id[:1], name, amount)]
        if operation := vals.get(OCA_OPERATION):
            # OCA's form says it on each item, too: without one, an item is worth nothing.
            lines = [{OCA_OPERATION: operation, **line} for line in lines]
        journal = self._get_provider()._get_billing_journal()
        return {
            "move_type": "out_invoice",
            "partner_id": self.partner_id.id,
            **vals,
            "journal_id": vals.get("journal_id") or journal.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "billing_amount": amount,
            "billing_description": name,
            # The client's own terms would move the due date.
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    def _get_provider(self):
        """Return the provider that charges this contract's faturas, as superuser.

        A contract that is older than its company's provider takes that one now.

        :raise UserError: naming the company, if it has none
        """
        self.ensure_one()
        contract = self.sudo()
        if not contract.provider_id:
            contract.provider_id = contract.provider_id._get_receipts_provider(self.company_id)
        if not contract.provider_id:
            raise UserError(
                self.env._(
                    "%(contract)s cannot be billed: %(company)s has no provider that charges "
                    "boletos and Pix. Have a system administrator set up Asaas under Invoicing, "
                    "Configuration, Payment Providers.",
                    contract=self.display_name,
                    company=self.company_id.display_name,
                )
            )
        return contract.provider_id

    def _describe_month(self, month, year):
        """Return the description of a fatura that has none of its own."""
        return self._describe_owed((), month, year)

    def _prepare_due_line(self, one):
        """Return the line of what a plan owes; days of a part of its period are named."""
        name = one.plan.name
        if one.explanation:
            name = f"{name}\n{one.explanation}"
        return self._prepare_fatura_line(
            one.plan.product_id, name, one.price, one.quantity, one.amount
        )


def get_reference(values):
    """Return the first day of a fatura's reference month, None if it is no month.

    :param values: account.move, or a dictionary of values
    """
    names = ("reference_month", "reference_year")
    month, year = (values[name] if name in values else None for name in names)
    if not month or not (year and year.isdecimal() and 2000 <= int(year) <= 2099):
        return None
    return fields.Date.from_string(f"{year}-{month}-01")
