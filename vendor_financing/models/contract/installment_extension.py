from odoo import fields, models
from odoo.exceptions import UserError

TEMPLATE = "vendor_financing.mail_template_extension_instruction"
REPORT = "vendor_financing.vendor_financing_extension_report_action"


class VendorFinancingContractInstallment(models.Model):
    """The customer asks to postpone: what is sent on to the bank, and what it answers. Seed 004.

    request → instruction to the bank, a letter → granted or denied.
    """

    _inherit = "vendor.financing.contract.installment"

    extension_sent_on = fields.Date(
        string="Bank Instructed On",
        readonly=True,
        copy=False,
        help="When the customer's wish for a later due date was sent on to the bank.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_instruct_bank(self):
        """Open the e-mail to the bank about the requested extensions of this contract."""
        self.check_access("read")
        return self.contract_id.action_instruct_bank()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _filter_extension_requested(self):
        """Return those whose customers wait for a later due date."""
        return self.filtered(
            lambda part: part.state == "financed" and part.extension_state == "requested"
        )


class VendorFinancingContract(models.Model):
    """The instruction to the bank about the extensions that customers of a contract ask for."""

    _inherit = "vendor.financing.contract"

    extension_count = fields.Integer(
        string="Extensions Requested", compute="_compute_extension_count"
    )

    def _compute_extension_count(self):
        found = self.env["vendor.financing.contract.installment"]._read_group(
            [
                ("contract_id", "in", self.ids),
                ("state", "=", "financed"),
                ("extension_state", "=", "requested"),
            ],
            ["contract_id"],
            ["__count"],
        )
        counts = {contract.id: count for contract, count in found}
        for contract in self:
            contract.extension_count = counts.get(contract.id, 0)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_instruct_bank(self):
        """Open the e-mail to the bank, with the instruction attached; sending it is noted.

        :raise UserError: for several contracts, or where no customer waits
        """
        self.check_access("write")
        parts = self._get_requested_extensions()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        context = {
            "default_model": self._name,
            "default_res_ids": self.ids,
            "default_template_id": template.id if template else False,
            "default_composition_mode": "comment",
            "default_email_layout_xmlid": "mail.mail_notification_layout",
            "vendor_instructed_ids": parts.ids,
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Instruct the Bank"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def action_print_instruction(self):
        """Print the instruction, where the bank wants paper or its own portal; printing is noted.

        :raise UserError: as `action_instruct_bank`
        """
        self.check_access("write")
        self._store_instructed(self._get_requested_extensions())
        return self.env.ref(REPORT).report_action(self)

    def message_post(self, **kwargs):
        """Note that the bank was instructed, where this is the message to it."""
        message = super().message_post(**kwargs)
        if ids := self.env.context.get("vendor_instructed_ids"):
            asked = self.installment_ids._filter_extension_requested()
            self._store_instructed(asked.filtered(lambda part: part.id in ids))
        return message

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_requested_extensions(self):
        """Return the instalments of this contract whose customers wait, by due date.

        :raise UserError: for several contracts, or where no customer waits
        """
        parts = self.installment_ids._filter_extension_requested()
        if len(self) != 1 or not parts:
            raise UserError(
                self.env._(
                    "%(contracts)s: the bank is instructed of one contract, when a customer asks "
                    "for an extension. Enter the request by Maintenance on its instalment.",
                    contracts=", ".join(self.mapped("display_name")) or "-",
                )
            )
        return parts.sorted(lambda part: (part.date_due, part.id))

    def _store_instructed(self, parts):
        parts._store_values({"extension_sent_on": fields.Date.context_today(self)})
