from odoo import models
from odoo.exceptions import UserError


class VendorFinancingContractInstallment(models.Model):
    """Renegotiation: what a bank debited is financed again, under a new contract."""

    _inherit = "vendor.financing.contract.installment"

    def action_renegotiate(self):
        """Open the wizard that puts the invoices of these debited instalments to a bank.

        Their charges are billed to the customer apart; the new contract is about what the customer
        still owes of the invoices.

        :raise UserError: naming the instalments that are not debited, or of which a bank still
            finances the rest
        """
        self.check_access("read")
        if others := self.filtered(lambda part: part.state != "debited"):
            raise UserError(
                self.env._(
                    "%(installments)s was not debited by the bank, or was paid since. Choose "
                    "debited instalments that the customer still owes.",
                    installments=", ".join(others[:5].mapped("display_name")),
                )
            )
        if financed := self.title_id.filtered("is_live"):
            raise UserError(
                self.env._(
                    "The bank still finances other instalments of %(titles)s. They can be financed "
                    "again as a whole, once those are paid or debited.",
                    titles=", ".join(financed[:5].mapped("display_name")),
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_allocation_action"
        )
        return {
            **action,
            "context": {"active_model": "account.move", "active_ids": self.move_id.ids},
        }
