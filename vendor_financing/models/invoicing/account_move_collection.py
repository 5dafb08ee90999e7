from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move_lock import AT_BANK


class AccountMove(models.Model):
    """Collection Carteira: no boleto, payment order or provider for a Vendor invoice. Seed 004.

    "O sistema não gera boleto ao cliente, somente nota fiscal." Debited invoices are collected by
    the company again, by any means.
    """

    _inherit = "account.move"

    vendor_order_id = fields.Many2one(
        comodel_name="sale.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The one order in vendor financing that this invoice was made of.",
    )
    vendor_collection = fields.Selection(
        selection=[("carteira", "Carteira")],
        string="Collection",
        compute="_compute_vendor_collection",
        help="Carteira: no boleto, payment order or online payment; the bank collects.",
    )
    vendor_title_ids = fields.One2many(
        comodel_name="vendor.financing.contract.title",
        inverse_name="move_id",
        readonly=True,
        copy=False,
    )
    vendor_installment_ids = fields.One2many(
        comodel_name="vendor.financing.contract.installment",
        inverse_name="move_id",
        string="Vendor Instalments",
        readonly=True,
        copy=False,
    )
    vendor_contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        compute="_compute_vendor_contract_id",
        help="The latest contract that this invoice was in.",
    )
    vendor_marked_contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        string="Financed Under",
        compute="_compute_vendor_marked_contract_id",
        help="The contract under which a bank finances this invoice, or did until it was settled "
        "or debited.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("is_vendor", "vendor_financing_state")
    def _compute_vendor_collection(self):
        for move in self:
            is_banks = move.is_vendor or move.vendor_financing_state in AT_BANK
            move.vendor_collection = (
                "carteira" if is_banks and move.vendor_financing_state != "debited" else False
            )

    @api.depends("vendor_title_ids.contract_id", "vendor_title_ids.is_live")
    def _compute_vendor_contract_id(self):
        for move in self:
            titles = move.vendor_title_ids.sorted(lambda title: (title.is_live, title.id))
            move.vendor_contract_id = titles[-1:].contract_id

    @api.depends("vendor_financing_state", "vendor_contract_id")
    def _compute_vendor_marked_contract_id(self):
        """Costs no query for invoices that no bank finances, unlike the latest contract."""
        marked = self.filtered("vendor_financing_state")
        (self - marked).vendor_marked_contract_id = False
        for move in marked:
            move.vendor_marked_contract_id = move.vendor_contract_id

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_vendor_contract(self):
        """Open the contract under which a bank finances this invoice, or did."""
        self.ensure_one()
        return self.vendor_contract_id._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _has_to_be_paid(self):
        """Request no payment in the portal: the customer pays the bank."""
        return not self.vendor_collection and super()._has_to_be_paid()

    def _get_online_payment_error(self):
        error = super()._get_online_payment_error()
        if not self.vendor_collection:
            return error
        own = self.env._("This invoice is paid to the bank that finances it, not online.")
        return "\n".join(filter(None, (own, error)))

    def _get_default_payment_link_values(self):
        """Refuse a payment link for a Vendor invoice.

        :raise UserError: naming the invoice
        """
        self._check_vendor_online()
        return super()._get_default_payment_link_values()

    def _check_vendor_online(self):
        """Raise UserError if the bank collects one of these invoices."""
        if invoices := self.filtered("vendor_collection"):
            raise UserError(
                self.env._(
                    "%(invoices)s is in vendor financing with collection Carteira: the customer "
                    "pays the bank, so it takes no boleto, payment link or online payment. Use "
                    "Change Charge Type on the invoice first, if no bank finances it yet.",
                    invoices=", ".join(invoices.mapped("display_name")),
                )
            )
