from odoo import fields, models
from odoo.tools import SQL


class VendorFinancingAgreement(models.Model):
    """Position of an agreement: the used part of its limit, compared with the ledger."""

    _inherit = "vendor.financing.agreement"

    contract_ids = fields.One2many(
        comodel_name="vendor.financing.contract", inverse_name="agreement_id", string="Contracts"
    )
    contract_count = fields.Integer(compute="_compute_position")
    rate_ids = fields.One2many(
        comodel_name="vendor.financing.rate", inverse_name="agreement_id", string="Rates"
    )
    used_amount = fields.Monetary(
        string="Used", compute="_compute_position", help="Financed principal that is open."
    )
    available_amount = fields.Monetary(
        string="Available", compute="_compute_position", help="Limit less what is used."
    )
    ledger_amount = fields.Monetary(
        string="Balance of the Vendor Account",
        compute="_compute_position",
        help="The balance of the vendor account, of all agreements that share it.",
    )
    proof_difference = fields.Monetary(
        compute="_compute_position",
        help="Vendor account less the open principal of all agreements that share it. It has to be "
        "zero.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_position(self):
        of_agreement = self.env["vendor.financing.contract"]._read_group(
            [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
        )
        counts = {agreement.id: count for agreement, count in of_agreement}
        balances = self._get_vendor_balances()
        used = self._get_used_amounts()
        for agreement in self:
            agreement.contract_count = counts.get(agreement.id, 0)
            agreement.used_amount = used.get(agreement.id, 0.0)
            agreement.available_amount = (
                agreement.limit_amount - agreement.used_amount if agreement.limit_amount else 0.0
            )
            balance, guaranteed = balances[agreement.id]
            agreement.ledger_amount = balance
            agreement.proof_difference = agreement.currency_id.round(balance - guaranteed)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_contract_action"
        )
        return {
            **action,
            "domain": [("agreement_id", "=", self.id)],
            "context": {"default_agreement_id": self.id},
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _lock_limit(self):
        """Reserve this agreement's limit for this transaction until it ends.

        A lock alone is not enough: a transaction that began before the lock was released would
        still read the use from before. Because the row was changed, that transaction fails and is
        retried.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.env.cr.execute(
            SQL("UPDATE %s SET id = id WHERE id = %s", SQL.identifier(self._table), self.id)
        )

    def _get_used_amount(self):
        """Return the open financed principal under this agreement, in BRL."""
        self.ensure_one()
        return self._get_used_amounts().get(self.id, 0.0)

    def _get_used_amounts(self):
        return {
            agreement.id: amount
            for agreement, amount in self.env["vendor.financing.contract.installment"]._read_group(
                [("agreement_id", "in", self.ids), ("state", "=", "financed")],
                ["agreement_id"],
                ["open_amount:sum"],
            )
        }

    def _get_vendor_balances(self):
        """Return each agreement's balance of the vendor account, and the use of all that share it.

        :return: {agreement id: (balance, used)}, in BRL
        """
        accounts = self.vendor_account_id
        balances = {
            account.id: -balance
            for account, balance in self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")],
                ["account_id"],
                ["balance:sum"],
            )
        }
        sharing = (
            self.sudo()
            .with_context(active_test=False)
            .search([("vendor_account_id", "in", accounts.ids)])
        )
        used = sharing._get_used_amounts()
        return {
            agreement.id: (
                balances.get(agreement.vendor_account_id.id, 0.0),
                sum(
                    used.get(other.id, 0.0)
                    for other in sharing
                    if other.vendor_account_id == agreement.vendor_account_id
                ),
            )
            for agreement in self
        }
