from odoo import models
from odoo.exceptions import UserError

from ..common.company_day import get_company_today
from ..common.entry_lines import get_items_by_key
from ..common.for_each import for_each
from ..common.supplier_user import check_supplier_user


class SupplierCreditPostSale(models.Model):
    """Processing of the decision (Processamento da Aprovação). Seed 002, step 4.

    A: Supplier's part is deducted from its receivable, by debit instalment. B: the company's part
    becomes a credit of the customer. C: the temporary credit is reversed against both. All three
    pass through the clearing account, which is zero afterwards.
    """

    _inherit = "supplier.credit.post.sale"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_process(self):
        """Process decisions whose processing failed.

        :return: see `for_each`
        :raise UserError: naming the request with nothing to process
        """
        check_supplier_user(self)
        self.invoice_id.check_access("write")
        return for_each(self.sudo(), lambda request: request._process_by_hand())

    def _process_by_hand(self):
        if self.processing_state not in ("to_process", "error"):
            raise UserError(
                self.env._(
                    "%(request)s has nothing to process: it is %(state)s, processing "
                    "%(processing)s.",
                    request=self.display_name,
                    state=self._state_label(),
                    processing=self._selection_label("processing_state"),
                )
            )
        self._process_decision()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _process_decision(self):
        """Post A, B and C of the approved parts, all or nothing.

        After a failure the ledger is unchanged, and the reason is shown on the request.
        """
        self.ensure_one()
        if self.processing_state != "done" and self._process_in_savepoint(self._post_decision):
            self._move_processing_to("done", error=False)

    def _post_decision(self):
        self._check_decision()
        self._post_result(self.installment_ids, self.direct_amount)

    def _show_failure(self, reason):
        self._move_processing_to("error", error=reason)

    def _check_decision(self):
        """Refuse a decision whose parts do not add up.

        :raise UserError: naming the request and the amounts
        """
        debited = sum(self.installment_ids.mapped("amount"))
        approved = self.supplier_amount + self.direct_amount
        compare = self.currency_id.compare_amounts
        whole = self.state == "approved"
        if compare(debited, self.supplier_amount) or (whole and compare(approved, self.amount)):
            raise UserError(
                self.env._(
                    "%(request)s: the debits (%(debited)s) and the part returned directly "
                    "(%(direct)s) do not make up the temporary credit of %(amount)s. Settle it "
                    "with Supplier.",
                    request=self.display_name,
                    debited=self.currency_id.format(debited),
                    direct=self.currency_id.format(self.direct_amount),
                    amount=self.currency_id.format(self.amount),
                )
            )

    def _post_result(self, debits, direct):
        """Post A, B and C of a part of the temporary credit, and settle that part.

        One entry is posted for each journal of the parameters.

        :param debits: the instalments that Supplier debits
        :param direct: the part that the company credits to the customer, in BRL
        :raise UserError: when less of the temporary credit is open
        """
        returned = self.currency_id.round(sum(debits.mapped("amount")))
        self._check_temporary_credit(returned + direct)
        steps = []
        if returned:
            steps.append(self._prepare_debit_step(debits, returned))
            steps.append(self._prepare_reversal_step("debit_reversal", returned))
        if direct:
            steps.append(self._prepare_direct_step(direct))
            steps.append(self._prepare_reversal_step("direct_reversal", direct))
        by_journal = {}
        for journal, lines in steps:
            by_journal.setdefault(journal, {}).update(lines)
        entries = self.env["account.move"]
        items = {}
        for journal, lines in by_journal.items():
            entry = self._create_entry(journal, lines.values(), self._get_result_reference())
            items |= get_items_by_key(entry, lines)
            entries |= entry
        entries._post(soft=False)
        self._settle_result(entries)
        for debit in debits:
            debit.receivable_line_id = items.get(debit)

    def _settle_result(self, entries):
        temporary = self._get_temporary_lines()
        clearing = self.agreement_id._get_clearing_account()
        reversals = entries.line_ids.filtered(lambda line: line.account_id in temporary.account_id)
        passed = entries.line_ids.filtered(lambda line: line.account_id == clearing)
        self.env["account.move.line"]._reconcile_plan([temporary | reversals, passed])

    def _check_temporary_credit(self, needed):
        lines = self._get_temporary_lines()
        held = -sum(lines.mapped("amount_residual"))
        if lines.move_id.state != "posted" or self.currency_id.compare_amounts(held, needed) < 0:
            raise UserError(
                self.env._(
                    "%(request)s: %(needed)s are to be credited, but the temporary credit "
                    "%(entry)s holds %(held)s. Undo what settled it, then process again.",
                    request=self.display_name,
                    needed=self.currency_id.format(needed),
                    entry=self._get_root().temporary_move_id.display_name or "-",
                    held=self.currency_id.format(held),
                )
            )

    def _get_result_reference(self):
        return self.env._(
            "Supplier request %(code)s, %(document)s",
            code=self.code or "-",
            document=self._get_label(),
        )

    # -------------------------------------------------------------------------
    # STEPS
    # -------------------------------------------------------------------------

    # Each returns its journal, and a dict from the key of each line to its values.

    def _prepare_debit_step(self, debits, returned):
        """A: 5.10-5.12 or 6.7-6.9. Refunded fees reduce the expense that the approval booked."""
        title = self._get_title("debit")
        supplier = self.agreement_id.partner_id
        lines = {("clearing", "debit"): self._prepare_clearing_line(returned, title)}
        refunded = 0.0
        for debit in debits.sorted("number"):
            owed = debit.amount
            if self.agreement_id.fee_recognition == "approval":
                owed -= debit.fee_refunded
                refunded += debit.fee_refunded
            name = self.env._(
                "Debit %(number)s of %(document)s",
                number=debit.number,
                document=self._get_label(),
            )
            lines[debit] = {
                **self._prepare_line(title, name, title.account, supplier, -owed),
                "date_maturity": debit.debit_date,
            }
        if not self.currency_id.is_zero(refunded):
            name = self.env._("Fee given back: %(document)s", document=self._get_label())
            account = self.agreement_id.fee_account_id
            lines["refund"] = self._prepare_line(title, name, account, supplier, -refunded)
        return title.journal, lines

    def _prepare_direct_step(self, direct):
        """B: 5.7-5.9 or 6.4-6.6."""
        title = self._get_title("direct")
        customer = self.partner_id.commercial_partner_id
        name = self.env._("Credit of the customer: %(document)s", document=self._get_label())
        line = self._prepare_line(title, name, title.account, customer, -direct)
        line["date_maturity"] = get_company_today(self.company_id)
        clearing = self._prepare_clearing_line(direct, title)
        return title.journal, {("clearing", "direct"): clearing, "direct": line}

    def _prepare_reversal_step(self, role, amount):
        """C: 5.13-5.16 or 6.10-6.13, against A or against B."""
        title = self._get_title(role)
        temporary = self._get_temporary_lines()[:1]
        name = self.env._("Temporary credit reversed: %(document)s", document=self._get_label())
        line = self._prepare_line(title, name, temporary.account_id, temporary.partner_id, amount)
        line["date_maturity"] = temporary.date_maturity
        clearing = self._prepare_clearing_line(-amount, title)
        return title.journal, {("temporary", role): line, ("clearing", role): clearing}

    def _get_title(self, role):
        return self.agreement_id._get_post_sale_title(self.kind, role, self.partner_id)

    def _prepare_clearing_line(self, balance, title):
        name = self.env._("Clearing: %(document)s", document=self._get_label())
        account = self.agreement_id._get_clearing_account()
        customer = self.partner_id.commercial_partner_id
        return self._prepare_line(title, name, account, customer, balance)

    def _prepare_line(self, title, name, account, partner, balance):
        return {
            "name": name,
            "account_id": account.id,
            "partner_id": partner.id,
            "balance": self.currency_id.round(balance),
            "supplier_bearer_id": title.bearer.id,
        }
