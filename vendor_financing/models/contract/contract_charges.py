from odoo import Command, fields, models
from odoo.exceptions import UserError


class VendorFinancingAgreement(models.Model):
    """The product on invoices of the bank's charges."""

    _inherit = "vendor.financing.agreement"

    charge_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product of Charges",
        check_company=True,
        help="Used on invoices of the charges that the bank debited because a customer did not "
        "pay.",
    )


class VendorFinancingContract(models.Model):
    """Billing of the bank's charges to customers. Seed 004, "juros e outros encargos"."""

    _inherit = "vendor.financing.contract"

    def _create_charge_invoices(self, shares):
        """Create a draft invoice of charges for each customer.

        :param shares: {instalment: charges in BRL}
        :return: the draft invoices
        :raise UserError: without a product to bill with
        """
        self.ensure_one()
        product = self.agreement_id.charge_product_id
        if not product:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no product of charges. Enter one on it, or do not "
                    "bill the charges.",
                    agreement=self.agreement_id.name,
                )
            )
        of_customer = {}
        for part, amount in shares.items():
            if amount:
                of_customer.setdefault(part.partner_id, []).append((part, amount))
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "company_id": self.company_id.id,
                    "partner_id": customer.id,
                    # The company collects them itself, whatever the customer's default bearer.
                    "preferred_payment_method_line_id": False,
                    "ref": self.env._("Charges of %(contract)s", contract=self.display_name),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "name": self.env._(
                                    "Bank charges on %(installment)s",
                                    installment=part.display_name,
                                ),
                                "quantity": 1,
                                "price_unit": amount,
                            }
                        )
                        for part, amount in parts
                    ],
                }
                for customer, parts in of_customer.items()
            ]
        )
