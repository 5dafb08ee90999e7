import logging

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.api.errors import SupplierError
from ...tools.api.exchange import Claim, Exchanges

_logger = logging.getLogger(__name__)

# Confirmations that are prepared together and stored together.
CONFIRMATIONS_AT_ONCE = 200


class SupplierCreditAgreement(models.Model):
    """Accounts of the settlement, and confirming received entries to Supplier.

    Confirmations have no messages: an entry is confirmed under its own number, which may be
    repeated, and is marked until it is confirmed.
    """

    _inherit = "supplier.credit.agreement"

    confirmation_error = fields.Text(
        readonly=True,
        copy=False,
        help="Why settlement entries could not be confirmed to Supplier at the last attempt.",
    )

    def _get_receivable_accounts(self):
        """Return the accounts of Supplier's receivable and of the debits of post-sales."""
        self.ensure_one()
        return self.receivable_account_id | self.debit_account_id | self.bonus_debit_account_id

    def _get_settlement_account(self):
        """Return the account that holds Supplier's payment until the bank's statement confirms it.

        :raise UserError: naming the agreement and the parameter to fill
        """
        self.ensure_one()
        journal = self.settlement_journal_id
        if not journal:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no bank journal of transfers. Enter it under 7.1.",
                    agreement=self.name,
                )
            )
        outstanding = journal.inbound_payment_method_line_ids.payment_account_id.filtered(
            "reconcile"
        )
        account = self.settlement_account_id or outstanding[:1] or self._get_company_outstanding()
        if not account:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no outstanding account of transfers, and neither "
                    "journal %(journal)s nor the company has one. Enter it under 7.1.",
                    agreement=self.name,
                    journal=journal.display_name,
                )
            )
        return account

    def _get_company_outstanding(self):
        company = self.company_id.root_id
        chart = self.env["account.chart.template"].with_context(allowed_company_ids=company.ids)
        return (
            chart.with_company(company).ref(
                "account_journal_payment_debit_account_id", raise_if_not_found=False
            )
            or self.env["account.account"]
        )

    def _acknowledge_settlements(self):
        """Confirm to Supplier the stored entries that it lists as unconfirmed.

        It stops at an error that concerns all entries; the next run continues.
        """
        goes_on = self.env["ir.cron"]._commit_progress() > 0
        while goes_on:
            prepared = self._in_own_transaction(lambda own: own._prepare_confirmations())
            if not prepared:
                return
            claims, parallel = prepared
            outcomes = []
            with Exchanges() as exchanges:
                for claim in claims:
                    exchanges.submit(claim, parallel)
                while ended := exchanges.collect():
                    outcomes += ended
            goes_on = self._in_own_transaction(
                lambda own, ended=outcomes: own._store_confirmations(ended)
            )
            goes_on = self._commit_step() > 0 and goes_on

    def _prepare_confirmations(self):
        if not self.enabled or self.queue_stopped or self._is_paused():
            return None
        entries = self.env["supplier.credit.settlement.entry"].search(
            [("agreement_id", "=", self.id), ("to_acknowledge", "=", True)],
            order="id",
            limit=CONFIRMATIONS_AT_ONCE,
        )
        if not entries:
            self._show_confirmation_trouble(None)
            return None
        connection = self._get_connection()
        claims = [
            Claim(
                message_id=entry.id,
                agreement_id=self.id,
                attempt=1,
                operation="settlement_confirm",
                body=None,
                key=f"confirm-{self.id}-{entry.id}",
                code=entry.external_id,
                ask_first=False,
                connection=connection,
                seconds=4 * connection.timeout,
            )
            for entry in entries
        ]
        return claims, self.parallel_requests

    def _is_paused(self):
        return bool(self.paused_until) and self.paused_until > fields.Datetime.now()

    def _store_confirmations(self, outcomes):
        """Store the outcomes of confirmations; return whether to continue."""
        entries = self.env["supplier.credit.settlement.entry"]
        confirmed = entries.browse(
            [
                claim.message_id
                for claim, answer in outcomes
                if not isinstance(answer, SupplierError)
            ]
        )
        confirmed.write(
            {"acknowledged": True, "to_acknowledge": False, "acknowledgement_error": False}
        )
        failures = [
            (claim, answer)
            for claim, answer in outcomes
            if isinstance(answer, SupplierError) and answer.kind != "not_begun"
        ]
        for claim, answer in failures:
            if answer.kind == "rejected":
                entries.browse(claim.message_id).write(
                    {
                        "to_acknowledge": False,
                        "acknowledgement_error": self._describe_error(answer),
                    }
                )
        troubles = [answer for _claim, answer in failures if answer.kind != "rejected"]
        self._show_confirmation_trouble(troubles[0] if troubles else None)
        return bool(confirmed) and not troubles

    def _show_confirmation_trouble(self, error):
        """Show on this agreement why the confirmations stopped; clear it when they succeed.

        :param error: a `SupplierError` that is not one entry's own fault, or None
        """
        if not error:
            if self.confirmation_error:
                self.confirmation_error = False
            return
        _logger.info("Confirmations of agreement %s stopped: %s", self.id, error)
        reason = self._describe_error(error)
        self.confirmation_error = self.env._(
            "The confirmation of settlement entries to Supplier stopped and is tried again by "
            "itself.\n%(reason)s",
            reason=reason,
        )
        self._hold_queue(error, reason)
