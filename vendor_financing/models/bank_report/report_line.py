import hashlib
import re
from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError

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
    bank_number = fields.Char(string="Boleto Reported", readonly=True)
    amount = fields.Monetary(string="Amount Reported", required=True, readonly=True)
    principal = fields.Monetary(
        readonly=True, help="What is booked of the instalment, in BRL, once the row is matched."
    )
    charges = fields.Monetary(readonly=True)
    kind = fields.Selection(
        selection=[
            ("settlement", "Paid by the customer"),
            ("default", "Debited by the bank"),
            ("ignore", "Nothing to book"),
        ],
        readonly=True,
        help="By the words of the agreement; empty where the report has another word.",
    )
    word = fields.Char(string="Word Reported", readonly=True)
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
        values, seen = {}, Counter()
        for row in rows:
            key = row.key
            if not key:
                # Two equal rows of one file are two events; the same file again brings none.
                digest = _hash_row(row)
                seen[digest] += 1
                key = digest if seen[digest] == 1 else f"{digest}#{seen[digest]}"
            values.setdefault(
                key,
                {
                    "agreement_id": agreement.id,
                    "key": key,
                    "bank_number": row.bank_number,
                    "document": row.document,
                    "number": row.installment,
                    "date": row.day,
                    "amount": float(row.amount),
                    "charges": float(row.charges),
                    "word": row.kind,
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
        for agreement, lines in self.grouped("agreement_id").items():
            open_parts = lines._get_open_installments(agreement)
            meanings = {
                word: agreement._get_report_meaning(word) for word in set(lines.mapped("word"))
            }
            matched = {}
            for line in lines:
                line._match_to(open_parts, meanings[line.word], matched)

    def _match_to(self, open_parts, meaning, matched):
        """Match this row, or store why it waits.

        :param open_parts: see `_get_open_installments`
        :param meaning: settlement, default, ignore, or False where the word is unknown
        :param matched: {instalment: principal in BRL that other rows book of it}; this one's too
            afterwards
        """
        self.ensure_one()
        if meaning == "ignore":
            self._move_to("ignored", kind=meaning, installment_id=False, problem=False)
            return
        if not meaning:
            self._move_to(
                "open",
                kind=False,
                installment_id=False,
                problem=self.env._(
                    "“%(word)s” is no word of agreement %(agreement)s, so nothing is booked. Enter "
                    "there what it means, then use Match.",
                    word=self.word,
                    agreement=self.agreement_id.name,
                ),
            )
            return
        part, principal, problem = self._find_installment(open_parts, matched)
        if part:
            matched[part] = matched.get(part, 0.0) + principal
        self._move_to(
            "matched" if part else "open",
            kind=meaning,
            installment_id=part.id if part else False,
            principal=principal,
            problem=problem,
        )

    def _get_open_installments(self, agreement):
        """Return the financed instalments of an agreement by the numbers of their invoices.

        These are what the titles were financed under, so that no later name is taken for another.

        :return: {digits of the invoice's number or reference, or the bank's number of the boleto
            behind a #: instalments, the first due first}
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
            if part.bank_number:
                found[_get_boleto_key(part.bank_number)] += part
        return found

    def _find_installment(self, open_parts, matched):
        """Return the open instalment of this row, or None, its principal in BRL, and the problem.

        :param open_parts: see `_get_open_installments`
        :param matched: {instalment: principal in BRL that other rows book of it}
        """
        found = self.bank_number and open_parts.get(_get_boleto_key(self.bank_number))
        if not found:
            found = open_parts.get(_digits(self.document), self.installment_id.browse())
            if self.number:
                found = found.filtered(lambda part: part.number == self.number)
        if not found:
            return self._refuse_match(
                self.env._(
                    "No financed instalment of an invoice %(document)s is open under agreement "
                    "%(agreement)s. Settle it by hand, or ignore the row.",
                    document=self.document,
                    agreement=self.agreement_id.name,
                )
            )
        if len(found.move_id) > 1:
            # By digits alone several fit; the whole name may tell.
            found = found.filtered(self._is_named) or found
        if len(found.move_id) > 1:
            return self._refuse_match(
                self.env._(
                    "%(document)s could be %(invoices)s. Settle it by hand, then ignore the row.",
                    document=self.document,
                    invoices=", ".join(found.move_id.mapped("display_name")),
                )
            )
        for part in found:
            left = part.open_amount - matched.get(part, 0.0)
            if principal := self._get_principal(part, left):
                return part, principal, False
        if self.agreement_id.report_amount == "customer_total":
            problem = self.env._(
                "%(amount)s is no boleto of %(document)s that is open whole. Compare it with the "
                "bank, then settle it by hand or ignore the row.",
                amount=self.currency_id.format(self.amount),
                document=self.document,
            )
        else:
            problem = self.env._(
                "%(amount)s is more than is open of %(document)s. Compare it with the bank, then "
                "settle it by hand or ignore the row.",
                amount=self.currency_id.format(self.amount),
                document=self.document,
            )
        return self._refuse_match(problem)

    def _is_named(self, part):
        """Return whether this row says an instalment's invoice by its whole number or reference."""
        title = part.title_id
        names = (title.document_number, title.document_reference)
        return self.document.strip().casefold() in {
            name.strip().casefold() for name in names if name
        }

    @staticmethod
    def _refuse_match(problem):
        return None, 0.0, problem

    def _get_principal(self, part, left):
        """Return the principal of an instalment that this row books, in BRL; 0 if it cannot.

        :param left: principal that is open and booked by no other row, in BRL
        """
        currency, meant = self.currency_id, self.agreement_id.report_amount
        is_whole = not currency.compare_amounts(left, part.principal)
        is_boleto = not currency.compare_amounts(self.amount, part.customer_total)
        if meant != "principal" and is_whole and is_boleto:
            return left
        if meant != "customer_total" and currency.compare_amounts(self.amount, left) <= 0:
            return self.amount
        return 0.0


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
    numbers = (row.bank_number,) if row.bank_number else ()
    parts = (*numbers, row.document, row.installment, row.day, row.amount, row.charges, row.kind)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def _get_boleto_key(number):
    """Return the bank's number of a boleto as it is compared: banks fill it up with zeros."""
    return "#" + re.sub(r"\W", "", number).lstrip("0").casefold()


def _digits(text):
    """Return the number in a document's name: NFe 047605 and 47605/1 are the same."""
    return max(re.findall(r"\d+", text or ""), key=len, default="").lstrip("0")
