from odoo import Command, models

from ..common.company_day import get_company_today


class SupplierCreditPostSale(models.Model):
    """The temporary credit of cancellations and bonuses. Seed 002, step 1; 5.4-5.6 and 6.1-6.3.

    The temporary credit of a return is its credit note, see `account_move_return`.
    """

    _inherit = "supplier.credit.post.sale"

    def _create_temporary_credit(self):
        """Post the entry of the customer's temporary credit.

        :raise UserError: when an account for it is missing
        """
        self.ensure_one()
        title = self.agreement_id._get_post_sale_title(self.kind, "temporary", self.partner_id)
        # Checked now: it is needed only when Supplier has decided.
        self.agreement_id._get_clearing_account()
        if self.kind == "cancellation":
            counterpart = self._prepare_mirror_lines(self.invoice_id)
        else:
            counterpart = [self._prepare_bonus_line()]
        entry = self._create_entry(
            title.journal, [*counterpart, self._prepare_temporary_line(title)], self._get_label()
        )
        entry._post(soft=False)
        self.temporary_move_id = entry

    def _is_mirrored(self):
        """Return whether an entry takes back all that the cancelled sale had booked."""
        entry = self.temporary_move_id
        return self.kind == "cancellation" and entry.is_supplier_entry and entry.state == "posted"

    def _get_label(self):
        labels = {
            "return": self.env._("Return of %(invoice)s", invoice=self.invoice_id.name),
            "cancellation": self.env._("Cancellation of %(invoice)s", invoice=self.invoice_id.name),
            "bonus": self.env._("Bonus on %(invoice)s", invoice=self.invoice_id.name),
        }
        return labels[self.kind]

    def _prepare_temporary_line(self, title):
        return {
            "name": self.env._("Temporary credit: %(document)s", document=self._get_label()),
            "account_id": title.account.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "date_maturity": get_company_today(self.company_id),
            "balance": -self.amount,
            "is_supplier_temporary": True,
            "supplier_bearer_id": title.bearer.id,
        }

    def _prepare_bonus_line(self, amount=None):
        """Return the line of the bonus expense, on the agreement's account of bonuses or fees.

        :param amount: BRL; the request's amount if not given
        """
        account = self.agreement_id.bonus_expense_account_id or self.agreement_id.fee_account_id
        return {
            "name": self._get_label(),
            "account_id": account.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "balance": self.amount if amount is None else amount,
        }

    def _prepare_mirror_lines(self, move):
        """Return the lines that reverse all of a document but the customer's receivable.

        They have the tax tags of the document, so that tax reports deduct base and taxes.
        """
        booked = move.line_ids.filtered(lambda line: line.account_id)
        # The host counts them as quantities that are not invoiced any more, or are again.
        sign = 1 if self.kind == "cancellation" else -1
        return [
            {
                "name": line.name,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "product_id": line.product_id.id,
                "currency_id": line.currency_id.id,
                "balance": -line.balance,
                "amount_currency": -line.amount_currency,
                "tax_ids": [Command.set(line.tax_ids.ids)],
                "tax_tag_ids": [Command.set(line.tax_tag_ids.ids)],
                "tax_repartition_line_id": line.tax_repartition_line_id.id,
                "tax_base_amount": line.tax_base_amount,
                "analytic_distribution": line.analytic_distribution,
                "quantity": sign * line.quantity,
                "product_uom_id": line.product_uom_id.id,
                "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
            }
            for line in booked.filtered(lambda line: line.display_type != "payment_term")
        ]

    def _create_entry(self, journal, lines, reference):
        """Create a draft entry of this request with exactly these lines.

        :param lines: values of the lines
        """
        moves = self.env["account.move"].with_context(skip_invoice_sync=True)
        return moves.create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": self.company_id.id,
                "date": get_company_today(self.company_id),
                "ref": reference,
                "is_supplier_entry": True,
                "supplier_post_sale_id": self.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
