from odoo import fields, models


class VendorFinancingContractTitle(models.Model):
    """Titles that cannot be financed any more: set aside with the reason, the rest goes on.

    Between the choice of an invoice and the bank's credit it may be paid in part, cancelled, or
    change its bearer.
    """

    _inherit = "vendor.financing.contract.title"

    set_aside_reason = fields.Char(
        string="Set Aside Because",
        readonly=True,
        copy=False,
        help="Why the bank does not finance it under this contract. If it is pending still, it can "
        "be added again.",
    )

    def action_remove(self):
        """Take these titles out of their open contracts; their invoices are pending again."""
        self.unlink()
        return True

    def _find_obstacles(self):
        """Return {title: why it cannot be financed} of those of an open contract that cannot."""
        obstacles = {}
        for contract, titles in self.grouped("contract_id").items():
            elsewhere = titles.line_id._find_vendor_contracts(contract)
            for title in titles:
                line = title.line_id
                problem = line._get_financing_obstacle(contract, elsewhere.get(line.id))
                if problem := problem or title._get_principal_obstacle():
                    obstacles[title] = problem
        return obstacles

    def _get_principal_obstacle(self):
        """Return in words that less, or more, of the receivable is open than is financed."""
        self.ensure_one()
        amount = sum(self.installment_ids.mapped("principal"))
        left = self.line_id.amount_residual
        if not self.currency_id.compare_amounts(amount, left):
            return None
        return self.env._(
            "its instalments are %(amount)s together, but %(open)s of it is open",
            amount=self.currency_id.format(amount),
            open=self.currency_id.format(left),
        )

    def _set_aside(self, reasons):
        """Set titles of open contracts aside; their receivables may be added to another one.

        :param reasons: {title: why}
        """
        for title, reason in reasons.items():
            title.contract_id._check_open()
            title.installment_ids._move_to("withdrawn")
            title._store_values({"is_live": False, "set_aside_reason": reason})
        for contract, titles in self.grouped("contract_id").items():
            contract.message_post(
                body=self.env._(
                    "Set aside: %(titles)s",
                    titles="; ".join(f"{title.display_name}: {reasons[title]}" for title in titles),
                )
            )
