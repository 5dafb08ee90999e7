import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import TIME_ZONE
from ...tools.activity import end_told
from ...tools.periods import get_day_of_month
from ..common.moment import get_now
from .contract import BILLED, BILLED_KEY

_logger = logging.getLogger(__name__)

# Contracts billed together; one by one where one of them cannot be.
CHUNK = 50
# Pause while somebody else is changing a contract.
BUSY_PAUSE = timedelta(minutes=1)


class ResellerBillingContract(models.Model):
    """Automatic billing: each active contract once for each reference month, missed days too."""

    _inherit = "reseller.billing.contract"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_bill_now(self):
        """Issue the faturas of these contracts that are due today; of many, in the background.

        :raise UserError: naming the contract and the missing data
        """
        self.check_access("write")
        if len(self) > CHUNK:
            return self._queue_billing(self.env._("Bill what is due"))._show()
        new = self.env["account.move"]
        for contract in self:
            new |= contract._bill_due()
        if not new:
            raise UserError(self.env._("Nothing is due of these contracts today."))
        action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.fatura_action")
        return {**action, "domain": [("id", "in", new.ids)]}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_bill(self):
        """Issue the faturas of chosen contracts, then the due ones, in small transactions.

        Errors are stored on the contracts.
        """
        if not self.env["reseller.billing.job.item"]._process_waiting("faturas"):
            return
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        today = fields.Date.context_today(self)
        # Looked at first: what was billed since a backup is not billed again.
        self.env["reseller.billing.comparison"]._begin_if_restored()
        domain = self._get_to_bill_domain(today)
        due = self.search(domain, order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        all_had = True
        for start in range(0, len(due), CHUNK):
            ids = due.ids[start : start + CHUNK]
            # Another worker may have billed some of them, or be billing them.
            locked = self.browse(ids).try_lock_for_update()
            done = locked.filtered_domain(domain)._bill_together(today)
            if all_had and not (done and len(locked) == len(ids)):
                all_had = False
                self._bill_again_soon()
            if not cron._commit_progress(len(ids)):
                break

    def _queue_billing(self, name, month=None, date_due=None):
        """Return background work that issues the faturas of these contracts.

        :param month: first day of the reference month; None for all that is due
        :param date_due: for all of them; None for each contract's own
        :raise AccessError: if the user may make no faturas
        """
        self.check_access("read")
        self.env["account.move"].check_access("create")
        jobs = self.env["reseller.billing.job"]
        for company in self.company_id[1:]:
            own = self.filtered(lambda one, company=company: one.company_id == company)
            own._queue_billing(name, month, date_due)
        company = self.company_id[:1]
        items = [
            {
                "number": number,
                "name": contract.display_name,
                "contract_id": contract.id,
                "partner_id": contract.partner_id.id,
                "month": month,
                "date_due": date_due,
            }
            for number, contract in enumerate(self, start=1)
            if contract.company_id == company
        ]
        job = jobs._queue("faturas", name, company, items)
        jobs._trigger("faturas")
        return job

    @api.model
    def _bill_again_soon(self):
        """Trigger billing again for contracts that somebody else was changing."""
        cron = self.env.ref("reseller_billing.ir_cron_bill_contracts").sudo()
        cron._trigger(get_now(self.env) + BUSY_PAUSE)

    @api.model
    def _get_to_bill_domain(self, today):
        return (
            self._get_billable_domain()
            & Domain("has_plan", "=", True)
            & Domain("billing_date", "<=", today)
            & Domain("company_id", "not in", self._get_held_company_ids())
        )

    def _bill_together(self, today):
        """Bill contracts in one savepoint; where that fails, each in its own.

        :return: False if somebody else is changing one of them
        """
        try:
            with self.env.cr.savepoint():
                self._with_reader_language()._bill_due(today)
            return True
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return False
        except Exception as error:
            if len(self) == 1:
                self._with_reader_language()._store_billing_error(error)
                return True
        return all([contract._bill_together(today) for contract in self])

    def _with_reader_language(self):
        """Return these contracts in the language of their responsible users, if they share one."""
        users = self._get_responsible() if len(self) == 1 else self.user_id
        languages = set(users.mapped("lang"))
        return self.with_context(lang=languages.pop()) if len(languages) == 1 else self

    def _store_billing_error(self, error):
        """Store why a contract was not billed, and notify its responsible once."""
        if not isinstance(error, (UserError, ValidationError)):
            _logger.exception("Contract %s could not be billed", self.id)
        text = str(error)
        if self.billing_error == text:
            return
        self._store_values({"billing_error": text})
        self._notify_once(self.env._("Fatura not issued"), text)

    def _bill_due(self, today=None):
        """Issue all due faturas of these contracts: what each plan owes and is not billed yet.

        :return: the faturas
        :raise UserError: naming the contract and the missing data
        """
        self._check_nothing_unknown()
        today = today or fields.Date.context_today(self)
        months = {contract: contract._get_due_months(today) for contract in self}
        first = min((one[0] for one in months.values() if one), default=today)
        known = self._get_known_dues(first)
        bills, last = [], {}
        for contract in self:
            bills += contract._prepare_months(months[contract], today, known[contract])
            if months[contract]:
                last[contract] = months[contract][-1]
        faturas = self.env["account.move"]._create_faturas(bills)
        for month, contracts in self._group_by_month(last).items():
            next_month = month + relativedelta(months=1)
            contracts.with_context(**{BILLED_KEY: BILLED}).write({"next_month": next_month})
        self.filtered("billing_error")._clear_billing_error()
        return faturas

    def _prepare_months(self, months, today, known):
        """Return what `_create_faturas` makes of what a contract owes for months, a fatura each.

        :param known: the contract's dues
        """
        self.ensure_one()
        bills = []
        for month in months:
            # A contract without anything to bill is not asked whether its client can be charged.
            if not self._get_owed(month, known):
                continue
            self._check_may_be_billed()
            bills.append(self._prepare_bill(self._prepare_month(month, today), known))
            known = known.filtered(lambda due: due.state != "queued")
        return bills

    def _clear_billing_error(self):
        if not self:
            return
        self._store_values({"billing_error": False})
        for contract in self:
            summary = contract._with_reader_language().env._("Fatura not issued")
            end_told(contract, summary)

    def _group_by_month(self, last):
        found = {}
        for contract, month in last.items():
            found[month] = found.get(month, self.browse()) | contract
        return found

    def _get_due_months(self, today):
        """Return the first days of the reference months whose billing day has come."""
        self.ensure_one()
        months, month = [], self.next_month
        while month and self._get_billing_date(month) <= today:
            months.append(month)
            month += relativedelta(months=1)
        return months

    @api.model
    def _get_months_between(self, first, end):
        """Return the first days of the months from one on that are before a day."""
        months = []
        while first and first < end:
            months.append(first)
            first += relativedelta(months=1)
        return months

    def _get_billing_date(self, month):
        """Return the day on which a month is billed, never one before the contract is billed.

        It is the billing day, the last day of a shorter month; or so many days before the due day
        as the client has notice, which may be in the month before.
        """
        if self.due_by == "day":
            day = fields.Date.subtract(get_day_of_month(month, self.due_day), days=self.notice_days)
        else:
            day = get_day_of_month(month, self.billing_day)
        return max(day, self._get_billing_start())

    def _get_due_date(self, month, issued):
        """Return the day on which a fatura of a month is due.

        :param issued: the day on which it is issued; late ones give the same notice
        """
        if self.due_by == "day":
            notice = fields.Date.add(issued, days=self.notice_days)
            return max(get_day_of_month(month, self.due_day), notice)
        issued = max(self._get_billing_date(month), issued)
        return fields.Date.add(issued, days=self.due_days)

    def _get_billing_start(self):
        """Return the first day that is billed: the start, or the end of a later trial."""
        return max(self.date_start, self.trial_end or self.date_start)

    def _get_first_month(self, today):
        """Return the first day of the month that a contract is billed for first: the one entered
        by hand, else this one; never one before its start or the end of its trial."""
        self.ensure_one()
        start = self._get_billing_start().replace(day=1)
        return max(self.next_month or today.replace(day=1), start)

    def _begin_after_start(self):
        """Begin plans that are not billed yet with a start or an end of trial that was moved."""
        for contract in self.filtered("date_active"):
            month = contract._get_billing_start().replace(day=1)
            billed = contract.sudo().due_ids.filtered(lambda due: due.state == "billed").plan_id
            lines = contract.line_ids.filtered(
                lambda line, month=month, billed=billed: line.plan_id not in billed
                and (line.first_month or month) < month
            )
            lines.first_month = month
            if contract.next_month and contract.next_month < month:
                contract.with_context(**{BILLED_KEY: BILLED}).next_month = month

    def _begin_cycles_in_next_month(self):
        """Bill plans in a next month that was entered by hand, where no plan would be billed.

        With an earlier month the plans in whose cycle it is begin earlier. A month in no cycle
        begins a new cycle of the plans with the shortest period; a yearly plan that was billed
        just before is not billed again.
        """
        for contract in self:
            month, lines = contract.next_month, contract.line_ids
            if not contract.date_active or not lines or contract._is_billed_in(month):
                continue
            shortest = min(line.plan_id._get_months() for line in lines)
            moved = lines.filtered(lambda line, month=month: line._is_in_cycle(month))
            moved = moved or lines.filtered(
                lambda line, shortest=shortest: line.plan_id._get_months() == shortest
            )
            moved.first_month = month

    def _is_billed_in(self, month):
        """Return whether any plan is billed in a month, by its period."""
        return any(line._is_due(month) for line in self.line_ids)

    def _prepare_month(self, month, today):
        """Return the values of the fatura of a month; the contract completes them."""
        self.ensure_one()
        return {
            "move_type": "out_invoice",
            "billing_contract_id": self.id,
            "reference_month": f"{month.month:02}",
            "reference_year": str(month.year),
            "invoice_date": today,
            "invoice_date_due": self._get_due_date(month, today),
        }
