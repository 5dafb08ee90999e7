import hashlib
import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import ACCOUNTANT


class VendorFinancingReportLine(models.Model):
    """A row of a bank's report: stored once, matched with an instalment, booked. Seed 004."""

    _name = "vendor.financing.report.line"
    _description = "Row of a Bank's Vendor Report"
    _inherit = ["vendor.financing.abstract.guard", "vendor.financing.abstract.state"]
    _order = "date desc, id desc"
    _rec_name = "document"
    _transitions = {
        # From booked: the operation was undone.
        "open": {"matched", "booked", "ignored"},
        "matched": {"open"},
        "booked": {"matched"},
        "ignored": {"open", "matched"},
    }

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    key = fields.Char(required=True, readonly=True, help="The bank's number of the row.")
    document = fields.Char(string="Invoice Reported", required=True, readonly=True)
    number = fields.Integer(string="Instalment Reported", readonly=True)
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(string="Principal", required=True, readonly=True)
    charges = fields.Monetary(readonly=True)
    kind = fields.Selection(
        selection=[("settlement", "Paid by the customer"), ("default", "Debited by the bank")],
        required=True,
        readonly=True,
    )
    # open ⇄ matched → booked; open | matched → ignored → open
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("matched", "Matched"),
            ("booked", "Booked"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    problem = fields.Text(readonly=True, help="Why the row is open, and what to do.")
    installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    operation_id = fields.Many2one(
        comodel_name="vendor.financing.operation", readonly=True, ondelete="restrict"
    )

    _unique_row = models.UniqueIndex(
        "(agreement_id, key)", "A row of a bank's report is imported once."
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_match(self):
        """Look again for the instalments of open rows."""
        self._check_accountant()
        self.sudo().filtered(lambda line: line.state in ("open", "matched"))._match()
        return True

    def action_book(self):
        """Book the matched rows, each as its own operation; all or nothing.

        :raise UserError: naming the row that is not matched, or what refuses it
        """
        self._check_accountant()
        if unmatched := self.filtered(lambda line: line.state != "matched"):
            raise UserError(
                self.env._(
                    "%(rows)s of the bank's report cannot be booked: only matched rows can. Match "
                    "or ignore them first.",
                    rows=", ".join(unmatched[:5].mapped("document")),
                )
            )
        for line in self.sudo().sorted(lambda line: (line.date, line.id)):
            line._book()
        return True

    def action_ignore(self):
        """Ignore rows that need no booking; they can be reopened."""
        self._check_accountant()
        waiting = self.sudo().filtered(lambda line: line.state in ("open", "matched"))
        waiting._move_to("ignored", installment_id=False, problem=False)
        return True

    def action_reopen(self):
        """Reopen ignored rows, and match them again."""
        self._check_accountant()
        ignored = self.sudo().filtered(lambda line: line.state == "ignored")
        ignored._move_to("open")
        ignored._match()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_accountant(self):
        """Raise AccessError for all but accountants, and for rows of other companies."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT):
            raise AccessError(self.env._("Only accountants may book the bank's vendor report."))

    @api.model
    def _store(self, agreement, rows):
        """Store the rows of a report that are not stored yet.

        :param rows: bank_report.ReportRow
        :return: the new lines
        """
        debit = (agreement.report_debit_value or "").strip().casefold()
        values = {}
        for row in rows:
            key = row.key or _hash_row(row)
            values.setdefault(
                key,
                {
                    "agreement_id": agreement.id,
                    "key": key,
                    "document": row.document,
                    "number": row.installment,
                    "date": row.day,
                    "amount": float(row.amount),
                    "charges": float(row.charges),
                    "kind": "default" if debit and row.kind.casefold() == debit else "settlement",
                },
            )
        known = self.search([("agreement_id", "=", agreement.id), ("key", "in", list(values))])
        for line in known:
            values.pop(line.key)
        made = self.create(list(values.values()))
        made._match()
        return made

    def _match(self):
        """Find the instalment of each row, or store why none is found."""
        open_parts = {
            agreement: lines._get_open_installments(agreement)
            for agreement, lines in self.grouped("agreement_id").items()
        }
        matched = {}
        for line in self:
            part, problem = line._find_installment(open_parts[line.agreement_id], matched)
            if part:
                matched[part] = matched.get(part, 0.0) + line.amount
            line._move_to(
                "matched" if part else "open",
                installment_id=part.id if part else False,
                problem=problem,
            )

    def _get_open_installments(self, agreement):
        """Return the financed instalments of an agreement by the numbers of their invoices.

        These are what the titles were financed under, so that no later name is taken for another.

        :return: {digits of the invoice's number or reference: instalments, the first due first}
        """
        parts = self.env["vendor.financing.contract.installment"].search(
            [("agreement_id", "=", agreement.id), ("state", "=", "financed")],
            order="date_due, id",
        )
        found = defaultdict(parts.browse)
        for part in parts:
            title = part.title_id
            names = (title.document_number, title.document_reference)
            for number in {_digits(name) for name in names} - {""}:
                found[number] += part
        return found

    def _find_installment(self, open_parts, matched):
        """Return the open instalment of this row, or None, and the problem if any.

        :param open_parts: see `_get_open_installments`
        :param matched: {instalment: principal in BRL that other rows book of it}
        """
        found = open_parts.get(_digits(self.document), self.installment_id.browse())
        if self.number:
            found = found.filtered(lambda part: part.number == self.number)
        if not found:
            return None, self.env._(
                "No financed instalment of an invoice %(document)s is open under agreement "
                "%(agreement)s. Settle it by hand, or ignore the row.",
                document=self.document,
                agreement=self.agreement_id.name,
            )
        if len(found.move_id) > 1:
            return None, self.env._(
                "%(document)s could be %(invoices)s. Settle it by hand, then ignore the row.",
                document=self.document,
                invoices=", ".join(found.move_id.mapped("display_name")),
            )
        currency = self.currency_id
        for part in found:
            left = part.open_amount - matched.get(part, 0.0)
            if currency.compare_amounts(self.amount, left) <= 0:
                return part, False
        return None, self.env._(
            "%(amount)s is more than is open of %(document)s. Compare it with the bank, then "
            "settle it by hand or ignore the row.",
            amount=currency.format(self.amount),
            document=self.document,
        )

    def _book(self):
        self.ensure_one()
        contract = self.installment_id.contract_id
        amounts = {self.installment_id: self.amount}
        note = self.env._("Bank's report, row %(key)s", key=self.key)
        if self.kind == "default":
            operation = contract._default(amounts, self.date, self.charges, note=note)
        else:
            operation = contract._settle(amounts, self.date, note=note)
        self._move_to("booked", operation_id=operation.id)


class VendorFinancingOperation(models.Model):
    """Rows of the bank's report that an operation booked."""

    _inherit = "vendor.financing.operation"

    report_line_ids = fields.One2many(
        comodel_name="vendor.financing.report.line",
        inverse_name="operation_id",
        string="Rows of the Bank's Report",
        readonly=True,
    )

    def _release_report_lines(self):
        """Reopen and match again the rows of the bank's report that this operation had booked."""
        rows = self.report_line_ids
        rows._move_to("open", operation_id=False)
        rows._match()


def _hash_row(row):
    parts = (row.document, row.installment, row.day, row.amount, row.charges, row.kind)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def _digits(text):
    """Return the number in a document's name: NFe 047605 and 47605/1 are the same."""
    return max(re.findall(r"\d+", text or ""), key=len, default="").lstrip("0")
