from odoo import Command, fields, models
from odoo.exceptions import UserError


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

    def _complete_fatura(self, vals):
        """Return the values of a fatura with its lines, which add up to the value.

        :param vals: without `billing_amount` (BRL) it is the price of the plans
        :raise UserError: if the value is zero
        """
        self.ensure_one()
        month, year = vals.get("reference_month"), vals.get("reference_year")
        name = vals.get("billing_description") or self._describe_month(month, year)
        amount = vals.get("billing_amount")
        if not amount:
            due = self._get_due_lines(month, year)
            amount = sum(due.mapped("subtotal"))
            lines = self._prepare_plan_lines(due)
        else:
            lines = [self._prepare_fatura_line(self.line_ids.plan_id.product_id[:1], name, amount)]
        if amount <= 0:
            raise UserError(
                self.env._(
                    "Enter the value of the fatura of %(contract)s: more than zero.",
                    contract=self.display_name,
                )
            )
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
        plans = ", ".join(self.line_ids.plan_id.mapped("name")) or self.name
        return f"{plans} {month}/{year}" if month and year else plans

    def _get_due_lines(self, month, year):
        """Return the plans that are billed in a reference month, by their periods."""
        if not month or not year:
            return self.line_ids
        first = fields.Date.from_string(f"{year}-{month}-01")
        return self.line_ids.filtered(lambda line: line._is_due(first))

    def _prepare_plan_lines(self, lines):
        return [
            self._prepare_fatura_line(
                line.plan_id.product_id, line.plan_id.name, line.price, line.quantity
            )
            for line in lines
        ]

    def _prepare_fatura_line(self, product, name, price, quantity=1.0):
        """Return a line whose total, taxes included, is price times quantity.

        :param price: of one, taxes included, in BRL
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
            journal = self._get_provider()._get_billing_journal()
            values["account_id"] = journal.default_account_id.id
        return values

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
