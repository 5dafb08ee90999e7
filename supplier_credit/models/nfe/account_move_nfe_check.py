import base64
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.fiscal.fiscal_identity import FiscalIdentity
from ..common.company_day import get_company_today

NORMAL_PURPOSE = "1"


class AccountMove(models.Model):
    """In what an NF-e must agree with the document that it is applied to."""

    _inherit = "account.move"

    def _get_nfe_mismatches(self, nfe, take_number=False):
        """Return all differences between the NF-e and this invoice, as texts.

        :param take_number: whether a posted invoice gets the NF-e's number
        """
        self.ensure_one()
        issuer, recipient = self._get_nfe_parties(nfe)
        return [
            *self._describe_nfe_differences(
                (
                    (
                        self.env._("issuer (CNPJ)"),
                        issuer,
                        self.company_id.partner_id._get_supplier_vat(),
                    ),
                    (
                        self.env._("recipient (CNPJ/CPF)"),
                        recipient,
                        self.commercial_partner_id._get_supplier_vat(),
                    ),
                )
            ),
            *self._get_nfe_total_mismatches(nfe),
            *self._get_nfe_party_mismatches(nfe),
            *self._get_nfe_own_mismatches(nfe, take_number),
            *self._get_nfe_date_mismatches(nfe),
            *self._get_nfe_kind_mismatches(nfe),
            *self._get_nfe_reference_mismatches(nfe),
        ]

    def _is_open_for_nfe(self):
        """Return whether an authorised NF-e can be applied to this document."""
        self.ensure_one()
        is_ours = self.move_type == "out_invoice" or bool(self.supplier_return_transaction_id)
        return is_ours and self.state != "cancel"

    def _has_nfe_number(self, nfe):
        """Return whether this document's number can stay as it is with this NF-e."""
        own = self._get_fiscal_identity()
        return self._is_issued_by_customer(nfe) or not own.takes_number or own.number == nfe.number

    def _get_nfe_parties(self, nfe):
        """Return the numbers in the NF-e that must be the company's and its customer's."""
        if self._is_issued_by_customer(nfe):
            return nfe.recipient, nfe.issuer
        return nfe.issuer, nfe.recipient

    def _get_nfe_total_mismatches(self, nfe):
        """Return, as texts, that another total is owed; a draft follows another rounding."""
        if self._get_nfe_rounding(nfe):
            return []
        mismatches = self._describe_nfe_differences(
            (
                (
                    self.env._("total"),
                    self.currency_id.format(float(nfe.total)),
                    self.currency_id.format(self._get_fiscal_identity().total),
                ),
            )
        )
        return mismatches and mismatches + self._describe_nfe_rounding(nfe)

    def _get_nfe_party_mismatches(self, nfe):
        """Return, as texts, that somebody who is equal by having no number is nobody."""
        mismatches = []
        if not nfe.recipient:
            mismatches.append(
                self.env._(
                    "recipient: the NF-e names none by CNPJ or CPF, and Supplier grants credit to "
                    "none without"
                )
            )
        if nfe.total <= 0:
            mismatches.append(self.env._("total: it is zero, so there is nothing to be paid"))
        return mismatches

    def _get_nfe_date_mismatches(self, nfe):
        """Return, as texts, in what the day of the NF-e and the days of the invoice disagree.

        A draft gets the day of its NF-e; the day of a posted invoice stays.
        """
        if self._is_issued_by_customer(nfe):
            return []
        mismatches = []
        # Somewhere it is tomorrow already.
        if nfe.issue_date > get_company_today(self.company_id) + timedelta(days=1):
            mismatches.append(
                self.env._(
                    "date: it was issued on %(found)s, which is still to come",
                    found=format_date(self.env, nfe.issue_date),
                )
            )
        # A key is of one day, which the invoice's own need not be.
        is_named = self._get_fiscal_identity().key == nfe.key
        if self.state == "posted" and self.invoice_date != nfe.issue_date and not is_named:
            mismatches.append(
                self.env._(
                    "date: the NF-e is of %(found)s, the posted invoice of %(expected)s; reset the "
                    "invoice to draft and upload the file again, then the day and the due dates "
                    "follow the NF-e",
                    found=format_date(self.env, nfe.issue_date),
                    expected=format_date(self.env, self.invoice_date),
                )
            )
        return mismatches

    def _get_nfe_own_mismatches(self, nfe, take_number):
        """Return the differences from the company's own numbering, as texts."""
        if self._is_issued_by_customer(nfe):
            # The numbers of the customer are not the company's.
            return []
        own = self._get_fiscal_identity()
        if own.key:
            compared = ((self.env._("access key"), nfe.key, own.key),)
            return self._describe_nfe_differences(compared)
        if self._gets_oca_key():
            return [
                self.env._(
                    "access key: the invoice's fiscal document has none yet; post the invoice, so "
                    "that it gets one"
                )
            ]
        if own.model is None:
            # Only the NF-e says what these are.
            return []
        series = own.series or ""
        series = str(int(series)) if series.isdecimal() else series
        compared = (
            (self.env._("model"), nfe.model, own.model),
            (self.env._("series"), str(nfe.series), series),
        )
        mismatches = self._describe_nfe_differences(compared)
        if own.takes_number:
            return mismatches + self._get_nfe_number_mismatches(nfe, take_number)
        number = str(own.number or "")
        compared = ((self.env._("number"), str(nfe.number), number),)
        return mismatches + self._describe_nfe_differences(compared)

    def _describe_nfe_differences(self, compared):
        """Return the differences, as texts.

        :param compared: (name, value in the NF-e, value in the invoice) of each
        """
        return [
            self.env._(
                "%(name)s: the NF-e has %(found)s, the invoice %(expected)s",
                name=name,
                found=found or "-",
                expected=expected or "-",
            )
            for name, found, expected in compared
            if found != expected
        ]

    def _get_nfe_kind_mismatches(self, nfe):
        """Return the reasons why no invoice could have this NF-e, as texts."""
        mismatches = self._get_nfe_purpose_mismatches(nfe)
        if self._is_supplier_production():
            if not nfe.is_production:
                mismatches.append(
                    self.env._("environment: it was authorised in SEFAZ's test environment")
                )
            mismatches += [
                self.env._("content: %(problem)s", problem=self._describe_nfe_problem(problem))
                for problem in nfe.proof_problems
            ]
        if self._is_nfe_void(nfe) and not self._is_own_cancelled_nfe(nfe):
            mismatches.append(self._describe_nfe_void(nfe))
        if other := self._find_other_invoice_of_nfe(nfe):
            mismatches.append(
                self.env._(
                    "it was already taken over by invoice %(other)s", other=other.display_name
                )
            )
        return mismatches

    def _describe_nfe_void(self, nfe):
        if known := self._find_nfe_cancellation(nfe.key):
            return self.env._(
                "SEFAZ state: the NF-e was cancelled or denied (it is cancelled, protocol "
                "%(protocol)s)",
                protocol=known.protocol,
            )
        return self.env._("SEFAZ state: the NF-e was cancelled or denied")

    def _is_own_cancelled_nfe(self, nfe):
        """Return whether a posted invoice was issued as this NF-e, which is cancelled since.

        It takes the file over, so that it is shown as cancelled. A draft does not: its number is
        still to be given.
        """
        return (
            self.state == "posted"
            and not self.supplier_nfe_key
            and self._is_issued_as(nfe)
            and bool(self._find_nfe_cancellation(nfe.key))
        )

    def _is_issued_as(self, nfe):
        """Return whether the localisation issued this document as this NF-e."""
        own = self._get_fiscal_identity()
        return own.key == nfe.key if own.key else own.number == nfe.number

    def _get_nfe_purpose_mismatches(self, nfe):
        if self.supplier_return_transaction_id:
            return self._get_return_purpose_mismatches(nfe)
        mismatches = []
        if nfe.purpose != NORMAL_PURPOSE:
            mismatches.append(self.env._("purpose: only an NF-e of a sale (finNFe 1) can be used"))
        if not nfe.is_exit:
            mismatches.append(
                self.env._("direction: it says that goods come in (tpNF 0); a sale goes out")
            )
        return mismatches

    def _is_supplier_production(self):
        if agreement := self.supplier_return_transaction_id.sudo().agreement_id:
            return agreement.environment == "production"
        return (
            bool(self._filter_supplier_credit())
            and self._get_supplier_agreement().environment == "production"
        )

    def _find_other_invoice_of_nfe(self, nfe):
        return self.sudo().search(
            [
                ("supplier_nfe_key", "=", nfe.key),
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )

    def _check_nfe_is_stored(self):
        """Refuse to send invoices without the authorised file whose access key they have.

        What stands in their columns proves nothing about SEFAZ.

        :raise UserError: naming the first one
        """
        for move in self:
            nfe = move._read_stored_nfe()
            if not nfe or nfe.key != move.supplier_nfe_key:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s cannot be sent to Supplier: the authorised XML "
                        "(procNFe) of its access key %(key)s is not stored. Upload it again.",
                        invoice=move.display_name,
                        key=move.supplier_nfe_key or "-",
                    )
                )

    def _read_stored_nfe(self):
        """Return the Nfe in the stored file, None without one."""
        self.ensure_one()
        content = base64.b64decode(self.sudo().supplier_nfe_file or b"")
        return self._parse_nfe(content).nfe if content else None

    def _check_nfe_agrees(self):
        """Refuse invoices that were changed after their NF-e was applied.

        :raise UserError: naming the first one, with number and total of both
        """
        for move in self.filtered("supplier_nfe_key"):
            applied = FiscalIdentity.of_key(move.supplier_nfe_key, move.supplier_nfe_total)
            own = move._get_fiscal_identity()
            same_total = not move.currency_id.compare_amounts(applied.total, own.total)
            same_key = own.key in ("", applied.key)
            if not same_total or not same_key or own.number != applied.number:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s no longer agrees with its NF-e %(number)s of "
                        "%(total)s: it has now number %(new_number)s and a total of "
                        "%(new_total)s. Undo the change of the invoice.",
                        invoice=move.display_name,
                        number=applied.number,
                        total=move.currency_id.format(applied.total),
                        new_number=own.number or "-",
                        new_total=move.currency_id.format(own.total),
                    )
                )
