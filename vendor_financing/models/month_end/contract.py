import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

from ...tools.activity import end_told, tell_once
from ..common.company_day import get_company_today

_logger = logging.getLogger(__name__)


class VendorFinancingContract(models.Model):
    """The end of a month: what contracts earned and cost is recognised, their loss provided for.

    A job does it for the month that ended; accountants do it by hand, also again after late
    entries. Done twice it posts nothing more.
    """

    _inherit = "vendor.financing.contract"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _close_month(self, day):
        """Recognise these contracts until the last day of a month, and provide for their loss.

        :return: the operations that were posted
        :raise UserError: naming the contract, if that day is in a locked period
        """
        return self._recognise_month(day) | self._book_expected_loss(day)

    @api.model
    def _find_for_month(self, company, day):
        """Return the contracts of a company that a month's end may change, the oldest first.

        What was settled before is not among them.
        """
        waiting = Domain("installment_ids.deferred_income", "!=", 0) | Domain(
            "installment_ids.deferred_cost", "!=", 0
        )
        guaranteed = Domain("agreement_id.loss_rate_ids", "!=", False) & (
            Domain("installment_ids.state", "=", "financed")
            | Domain("operation_ids.date", ">", day)
        )
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("credit_date", "<=", day)
            & Domain("state", "not in", ("draft", "simulated", "cancelled"))
            & (waiting | guaranteed),
            order="date, id",
        )

    @api.model
    def _cron_close_month(self):
        """Close the month that ended for each company, one contract after the other.

        Months in a locked period stay as they are, and so does a loss that was provided for.
        """
        agreements = self.env["vendor.financing.agreement"].with_context(active_test=False)
        waiting = []
        for company in agreements.search([("company_id", "!=", False)]).company_id:
            day = get_company_today(company).replace(day=1) - date_utils.relativedelta(days=1)
            contracts = self._find_for_month(company, day)
            waiting += [(contract, day) for contract in contracts if contract._is_month_open(day)]
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for contract, day in waiting:
            contract._close_month_alone(day)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _is_month_open(self, day):
        """Return whether this month waits for this contract, in a period that is not locked."""
        self.ensure_one()
        journal = self.agreement_id.entry_journal_id
        if self.company_id._get_violated_lock_dates(day, False, journal):
            return False
        is_provided = any(one.kind == "loss" and one.date == day for one in self.operation_ids)
        return bool(self._is_over_term() and self._get_unrecognised_months(day)) or not is_provided

    def _close_month_alone(self, day):
        """Close a month for this contract, or tell the agreement's responsible why it cannot be."""
        user = self.agreement_id.user_id or self.create_uid
        contract = self.with_context(lang=user.lang)
        summary = contract.env._("Month %(month)s is not closed", month=fields.Date.to_string(day))
        try:
            with self.env.cr.savepoint():
                contract._close_month(day)
        except UserError as error:
            _logger.info("Contract %s: %s is not closed: %s", self.id, day, error)
            tell_once(contract, user, summary, str(error))
        else:
            end_told(contract, summary)
