from odoo import fields, models

GENERAL = "[('type', '=', 'general')]"
SALE = "[('type', '=', 'sale')]"
RECEIVABLE = "[('account_type', '=', 'asset_receivable')]"


class SupplierCreditAgreement(models.Model):
    """The parameters 5, post-sales, and 6, bonus: journal, account and bearer of each credit title.

    Users know the numbers. The seeds give every title a document type, a movement type and a
    bearer; here they are journal, account and bearer, and a reversal has no account of its own.
    Empty journals and accounts default to the agreement's own; an empty bearer stays empty. The
    seeds name 5.1 to 5.6 together; the split is the addon's. Source: seed 002.
    """

    _inherit = "supplier.credit.agreement"

    # 5.1 to 5.3: temporary credit on return
    return_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Temporary credit on return: Journal",
        check_company=True,
        domain=SALE,
        tracking=True,
        help="Proposed for the credit notes of returns; left empty, that of the invoice.",
    )
    return_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Temporary credit on return: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
        help="An account for this purpose alone, so that the credit is not offered for payment. "
        "Cancellations and bonuses without an account use it, too.",
    )
    return_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Temporary credit on return: Bearer",
        check_company=True,
        tracking=True,
    )
    # 5.4 to 5.6: temporary credit on cancellation
    cancellation_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Temporary credit on cancellation: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    cancellation_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Temporary credit on cancellation: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    cancellation_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Temporary credit on cancellation: Bearer",
        check_company=True,
        tracking=True,
    )
    # 5.7 to 5.9: credit returned directly to the customer
    direct_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Credit returned directly to the customer: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    direct_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Credit returned directly to the customer: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    direct_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Credit returned directly to the customer: Bearer",
        check_company=True,
        tracking=True,
    )
    # 5.10 to 5.12: credit returned by Supplier
    debit_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Credit returned by Supplier: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    debit_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Credit returned by Supplier: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    debit_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Credit returned by Supplier: Bearer",
        check_company=True,
        tracking=True,
    )
    # 5.13 to 5.14: reversal against the direct credit
    direct_reversal_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Reversal against the direct credit: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    direct_reversal_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Reversal against the direct credit: Bearer",
        check_company=True,
        tracking=True,
    )
    # 5.15 to 5.16: reversal against Supplier's credit
    debit_reversal_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Reversal against Supplier's credit: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    debit_reversal_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Reversal against Supplier's credit: Bearer",
        check_company=True,
        tracking=True,
    )
    # 6.1 to 6.3: temporary credit of a bonus
    bonus_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Temporary credit of a bonus: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    bonus_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Temporary credit of a bonus: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    bonus_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Temporary credit of a bonus: Bearer",
        check_company=True,
        tracking=True,
    )
    # 6.4 to 6.6: bonus returned directly to the customer
    bonus_direct_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bonus returned directly to the customer: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    bonus_direct_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Bonus returned directly to the customer: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    bonus_direct_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Bonus returned directly to the customer: Bearer",
        check_company=True,
        tracking=True,
    )
    # 6.7 to 6.9: bonus returned by Supplier
    bonus_debit_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bonus returned by Supplier: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    bonus_debit_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Bonus returned by Supplier: Account",
        check_company=True,
        domain=RECEIVABLE,
        tracking=True,
    )
    bonus_debit_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Bonus returned by Supplier: Bearer",
        check_company=True,
        tracking=True,
    )
    # 6.10 to 6.11: reversal against the direct bonus
    bonus_direct_reversal_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Reversal against the direct bonus: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    bonus_direct_reversal_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Reversal against the direct bonus: Bearer",
        check_company=True,
        tracking=True,
    )
    # 6.12 to 6.13: reversal against Supplier's bonus
    bonus_debit_reversal_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Reversal against Supplier's bonus: Journal",
        check_company=True,
        domain=GENERAL,
        tracking=True,
    )
    bonus_debit_reversal_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Reversal against Supplier's bonus: Bearer",
        check_company=True,
        tracking=True,
    )
    post_sale_clearing_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Post-Sales Clearing Account",
        check_company=True,
        domain="[('reconcile', '=', True)]",
        tracking=True,
        help="Every processing of a post-sale passes through it and leaves it at zero.",
    )
    bonus_expense_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="The expense of bonuses. Left empty, the fee account is used.",
    )
