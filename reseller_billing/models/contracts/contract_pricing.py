from odoo import Command, models
from odoo.exceptions import UserError

# Of the host's items of invoices: taxes that were computed for a total known before.
MANUAL_AMOUNTS = "extra_tax_data"


class ResellerBillingContract(models.Model):
    """Lines of faturas whose totals are given: the client pays the price to the cent, taxes inside.

    With taxes on top there are prices that no base in cents leads to: 99.90 with 17 % is 99.89 or
    99.91. The taxes are those inside the price then, and the missing cent goes into the base, by
    the means that the host has for totals known before (down payments).
    """

    _inherit = "reseller.billing.contract"

    def _prepare_fatura_line(self, product, name, price, quantity=1.0, amount=None):
        """Return a line whose total, taxes included, is an amount.

        :param price: of one, taxes included, in BRL
        :param amount: the total in BRL; by default price times quantity
        """
        company = self.company_id
        taxes = product.with_company(company).taxes_id._filter_taxes_by_company(company)
        position = self.env["account.fiscal.position"].with_company(company)
        taxes = position._get_fiscal_position(self.partner_id).map_tax(taxes)
        values = {
            "product_id": product.id,
            "name": name,
            "quantity": quantity,
            "price_unit": self._get_price_before_taxes(taxes, price),
            "tax_ids": [Command.set(taxes.ids)],
        }
        if not product:
            # The host would guess an account from the client's other entries, fees among them.
            values["account_id"] = self._get_income_account().id
        if amount is None:
            amount = self.currency_id.round(price * quantity)
        return self._fit_line(values, taxes, amount)

    def _get_income_account(self):
        """Return the income account of what is billed without a product: the journal's.

        :raise UserError: naming the journal that has none
        """
        journal = self._get_provider()._get_billing_journal()
        if not journal.default_account_id:
            raise UserError(self._explain_missing_account(journal))
        return journal.default_account_id

    def _find_billing_obstacle(self):
        """Return why no fatura can be made of this contract, before somebody tries; or False.

        What is billed without a product needs the income account of the journal of faturas; of a
        journal that is not created yet, that of another sales journal or of the company.
        """
        self.ensure_one()
        company = self.company_id.sudo()
        if not company or (
            self.line_ids and all(line.plan_id.product_id for line in self.line_ids)
        ):
            return False
        providers = self.env["payment.provider"].sudo()
        provider = self.sudo().provider_id or providers._get_receipts_provider(company)
        journals = self.env["account.journal"].sudo()
        sales = [("type", "=", "sale"), ("company_id", "=", company.id)]
        journal = provider.billing_journal_id
        account = journal.default_account_id
        if not journal:
            known = journals.search([*sales, ("default_account_id", "!=", False)], limit=1)
            account = known.default_account_id or company.income_account_id
            journal = journals.search(sales, limit=1)
        return bool(provider) and not account and self._explain_missing_account(journal)

    def _explain_missing_account(self, journal):
        """Return why what is billed without a product needs an account of its journal."""
        return self.env._(
            "%(contract)s has no plan with a product, so that its faturas are booked on the "
            "income account of the journal %(journal)s, which has none. Have an accountant enter "
            "its default income account, or choose a plan with a product.",
            contract=self.display_name,
            journal=journal.display_name,
        )

    def _get_price_before_taxes(self, taxes, price):
        """Return the unit price without taxes of a price that includes them."""
        if all(tax.price_include for tax in taxes):
            return price
        found = taxes._get_tax_details(
            price,
            1.0,
            precision_rounding=self.currency_id.rounding,
            special_mode="total_included",
        )
        return found["total_excluded"]

    def _fit_line(self, values, taxes, amount):
        """Return the values of a line whose total is an amount (BRL), whatever its taxes round to.

        :raise UserError: naming the line, if its taxes leave nothing of the price
        """
        computed = self._compute_taxes(values["price_unit"], values["quantity"], taxes)
        # Rounded over all lines, taxes that fit each line alone need not fit them together.
        is_rounded_alone = self.company_id.tax_calculation_rounding_method != "round_globally"
        is_exact = not self.currency_id.compare_amounts(_get_total(computed), amount)
        if is_exact and (is_rounded_alone or not taxes):
            return values
        if not taxes:
            return {**values, "quantity": 1.0, "price_unit": amount}
        inside = self._compute_taxes(amount, 1.0, taxes, special_mode="total_included")
        return {**values, MANUAL_AMOUNTS: self._prepare_manual_amounts(values, inside, amount)}

    def _compute_taxes(self, price, quantity, taxes, **options):
        """Return the host's base line of a price, with its taxes computed and rounded."""
        engine = self.env["account.tax"]
        line = engine._prepare_base_line_for_taxes_computation(
            {},
            price_unit=price,
            quantity=quantity,
            tax_ids=taxes,
            currency_id=self.currency_id,
            partner_id=self.partner_id,
            rate=1.0,
            **options,
        )
        engine._add_tax_details_in_base_line(line, self.company_id)
        engine._round_base_lines_tax_details([line], self.company_id)
        return line

    def _get_base(self, values, taxes):
        """Return what of the total of a line is no tax, in BRL.

        :param values: of `_prepare_fatura_line`
        """
        if manual := values.get(MANUAL_AMOUNTS):
            return manual["manual_total_excluded_currency"]
        line = self._compute_taxes(values["price_unit"], values["quantity"], taxes)
        return line["tax_details"]["total_excluded_currency"]

    def _prepare_manual_amounts(self, values, inside, amount):
        """Return taxes and base of a line that add up to an amount (BRL), as the host stores them.

        :param values: of the line
        :param inside: the host's base line of the amount, taxes included
        """
        found = inside["tax_details"]["taxes_data"]
        base = self.currency_id.round(amount - sum(tax["tax_amount_currency"] for tax in found))
        if base <= 0 < amount:
            raise UserError(
                self.env._(
                    "The taxes of %(line)s are more than its price of %(price)s. Choose other "
                    "taxes on the product, or another price.",
                    line=values["name"],
                    price=self.currency_id.format(amount),
                )
            )
        missing = base - inside["tax_details"]["total_excluded_currency"]
        return {
            "manual_total_excluded_currency": base,
            "manual_total_excluded": base,
            "manual_tax_amounts": {
                str(tax["tax"].id): {
                    "tax_amount_currency": tax["tax_amount_currency"],
                    "tax_amount": tax["tax_amount_currency"],
                    "base_amount_currency": tax["base_amount_currency"] + missing,
                    "base_amount": tax["base_amount_currency"] + missing,
                }
                for tax in found
            },
            "currency_id": self.currency_id.id,
            "price_unit": values["price_unit"],
            "discount": 0.0,
            "quantity": values["quantity"],
            "rate": 1.0,
        }


def _get_total(line):
    """Return the total of one of the host's base lines, taxes included."""
    return line["tax_details"]["total_included_currency"]
