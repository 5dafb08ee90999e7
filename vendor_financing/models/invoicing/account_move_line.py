from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.worth import (
    OPEN_LINE_FIELDS,
    filter_kept_changed,
    get_posted_moves,
    get_posted_target,
)


class AccountMoveLine(models.Model):
    """The receivable of an invoice as a title of vendor financing."""

    _name = "account.move.line"
    _inherit = ["vendor.financing.abstract.guard", "account.move.line"]
    _has_figures = True

    # A plain column, so that other items cost no query.
    vendor_title_id = fields.Many2one(
        comodel_name="vendor.financing.contract.title",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The title under which a bank finances this receivable at the moment.",
    )
    vendor_installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        string="Vendor Instalment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The instalment that this item of a contract's entry is about.",
    )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            get_posted_moves(lines)._check_not_financed()
        return lines

    def write(self, vals):
        changed = filter_kept_changed(
            self, vals, OPEN_LINE_FIELDS, lambda move: move._has_vendor_lock()
        )
        (changed | get_posted_target(self, vals))._check_not_financed()
        if self.env.su or "sale_line_ids" not in vals:
            return super().write(vals)
        billing = self._get_vendor_billing()
        result = super().write(vals)
        self._check_vendor_billing_kept(billing)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_financed(self):
        if not self.env.su:
            get_posted_moves(self)._check_not_financed()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_register_payment(self, ctx=None):
        """Open the settlement at the bank, instead of a payment, for financed receivables.

        What the bank has debited is paid to the company, and proposed before the rest.

        :raise UserError: if financed and other receivables are selected together
        """
        financed = self.filtered("vendor_title_id")
        if not financed:
            return super().action_register_payment(ctx)
        others = self.move_id - financed.move_id
        if others:
            raise UserError(
                self.env._(
                    "%(financed)s is financed by a bank and settled there; %(others)s is not. "
                    "Register them apart.",
                    financed=", ".join(financed.move_id.mapped("display_name")),
                    others=", ".join(others.mapped("display_name")),
                )
            )
        if collectable := self._get_vendor_collectable_amounts():
            lines = self.browse().union(*collectable)
            amount = sum(collectable.values())
            proposed = {"default_amount": amount, "default_custom_user_amount": amount}
            return super(AccountMoveLine, lines).action_register_payment(
                {**(ctx or {}), **proposed}
            )
        return self.env["vendor.financing.settlement"]._open(
            financed.vendor_title_id.installment_ids, "settlement", is_due=True
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_collectable_amounts(self):
        """Return {item: what the customer owes the company of it, in BRL}, of partly debited ones.

        Beside financed items, other open ones of the same invoices are owed whole.
        """
        amounts = {}
        for line in self:
            title = line.sudo().vendor_title_id
            amount = title._get_collectable_amount() if title else line.amount_residual
            if amount > 0:
                amounts[line] = amount
        return amounts

    def _get_vendor_billing(self):
        """Return {item of an invoice or order in vendor financing: the order lines it bills}."""
        billing = {}
        for item in self:
            lines = item.sudo().sale_line_ids
            if item.move_id._has_vendor_mark() or any(lines.order_id.mapped("is_vendor")):
                billing[item] = lines
        return billing

    def _check_vendor_billing_kept(self, before):
        """Refuse that these items bill other order lines than before.

        :param before: see `_get_vendor_billing`
        :raise UserError: naming the orders
        """
        after = self._get_vendor_billing()
        lines = self.env["sale.order.line"].sudo()
        for item in self:
            was, is_now = (found.get(item, lines.browse()) for found in (before, after))
            lines |= (was | is_now) - (was & is_now)
        lines._refuse_vendor_items(lines)

    @api.model
    def _get_vendor_pending_domain(self):
        """Return the receivable items that could be financed, with any bearer."""
        live = self.env["vendor.financing.contract.title"].sudo()._search([("is_live", "=", True)])
        return [
            ("move_id.move_type", "=", "out_invoice"),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("amount_residual", ">", 0),
            ("vendor_title_id", "=", False),
            ("move_id.vendor_financing_state", "!=", "settled"),
            # Titles of draft contracts are live, too.
            ("id", "not in", live.subselect("line_id")),
        ]

    def _sync_vendor_recovery(self):
        """Update debited instalments by the payments of customers to the company."""
        debited = self.filtered("move_id.vendor_financing_state")
        if debited:
            titles = self.env["vendor.financing.contract.title"].sudo()
            titles.search([("line_id", "in", debited.ids)])._sync_recovery()

    def _check_vendor_financeable(self, contract):
        """Refuse items that cannot be financed under a contract.

        :raise UserError: naming each invoice and why
        """
        elsewhere = self._find_vendor_contracts(contract)
        problems = [
            f"- {line.move_id.display_name}: {problem}"
            for line in self
            if (problem := line._get_financing_obstacle(contract, elsewhere.get(line.id)))
        ]
        if problems:
            raise UserError(
                self.env._(
                    "These invoices cannot be financed under contract %(contract)s. Remove them, "
                    "or correct them first:\n%(problems)s",
                    contract=contract.display_name,
                    problems="\n".join(problems),
                )
            )

    def _find_vendor_contracts(self, contract):
        """Return {id of an item: the contract that has it}, of others than this contract."""
        titles = self.env["vendor.financing.contract.title"].sudo()
        found = titles.search(
            [
                ("line_id", "in", self.ids),
                ("is_live", "=", True),
                ("contract_id", "!=", contract.id),
            ]
        )
        return {title.line_id.id: title.contract_id for title in found}

    def _get_financing_obstacle(self, contract, other):
        """Return why this item cannot be financed under a contract, or None.

        :param other: another contract that has this item, if any
        """
        move = self.move_id
        if self.company_id != contract.company_id:
            return self.env._("it is of company %s", self.company_id.display_name)
        if move.move_type != "out_invoice" or self.account_type != "asset_receivable":
            return self.env._("only receivables of customer invoices can be financed")
        if move.state != "posted":
            return self.env._("it is not posted")
        if self.currency_id != contract.currency_id:
            return self.env._("it is in %s", self.currency_id.name)
        if contract.currency_id.compare_amounts(self.amount_residual, 0) <= 0:
            return self.env._("nothing of it is open")
        if not move.is_vendor:
            return self.env._(
                "its bearer is not of the charge type Vendor; use Change Charge Type on it"
            )
        return other and self.env._("it is in contract %s", other.display_name)
