from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

OVER_TERM = ("straight_line", "effective")
# Account of what waits: the recognitions that wait there, and the sign of its balance.
DEFERRED_ACCOUNTS = {
    "deferred_income_account_id": (("interest",), -1),
    "deferred_cost_account_id": (("equalization", "iof", "extension"), 1),
}


class VendorFinancingAgreement(models.Model):
    """When interest, equalization and own IOF become income and expenses (regime de competência).

    At closing they are booked as the bank credits them. Over the term they wait on two accounts
    (receitas e despesas a apropriar) and are recognised by the days that pass: Lei 6.404/1976,
    art. 177, and art. 187, § 1.
    """

    _inherit = "vendor.financing.agreement"

    recognition = fields.Selection(
        selection=[
            ("closing", "At closing"),
            ("straight_line", "Over the term, the same for each day"),
            ("effective", "Over the term, by the effective rate"),
        ],
        string="Interest Recognised",
        required=True,
        default="closing",
        tracking=True,
        help="Over the term: interest, equalization and own IOF wait as deferred income and cost, "
        "and each month recognises its days. It applies to contracts made effective from now on.",
    )
    deferred_income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Deferred Interest Account",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        tracking=True,
        help="Account of the company's interest that is not earned yet (Receitas a apropriar).",
    )
    deferred_cost_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', 'in', ('asset_prepayments', 'asset_current'))]",
        tracking=True,
        help="Account of equalization and IOF that are not spent yet (Despesas a apropriar).",
    )
    deferred_difference = fields.Monetary(
        compute="_compute_deferred_difference",
        help="Deferred income and cost in the ledger less what the contracts of all agreements "
        "that share these accounts still have to recognise. It has to be zero.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_deferred_difference(self):
        for agreement in self:
            agreement.deferred_difference = sum(
                abs(agreement._get_deferred_difference(name)) for name in DEFERRED_ACCOUNTS
            )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("recognition", *DEFERRED_ACCOUNTS)
    def _check_deferred_accounts(self):
        for agreement in self:
            if agreement.recognition in OVER_TERM and not all(
                agreement[name] for name in DEFERRED_ACCOUNTS
            ):
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s recognises interest over the term. Enter the "
                        "accounts of deferred interest and deferred cost, on which it waits.",
                        agreement=agreement.name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_deferred_difference(self, name):
        """Return the ledger less the recognitions of an account of what waits, in BRL.

        :param name: a key of `DEFERRED_ACCOUNTS`
        """
        self.ensure_one()
        account = self[name]
        if not account:
            return 0.0
        kinds, sign = DEFERRED_ACCOUNTS[name]
        self.env.flush_all()
        ((booked, waiting),) = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT COALESCE(SUM(balance), 0) FROM account_move_line
                         WHERE account_id = %(account)s AND parent_state = 'posted'),
                       (SELECT COALESCE(SUM(r.amount), 0)
                          FROM vendor_financing_recognition r
                          JOIN vendor_financing_agreement a ON a.id = r.agreement_id
                         WHERE a.%(column)s = %(account)s AND r.kind IN %(kinds)s)
                """,
                account=account.id,
                column=SQL.identifier(name),
                kinds=kinds,
            )
        )
        return self.currency_id.round(sign * float(booked) - float(waiting))
