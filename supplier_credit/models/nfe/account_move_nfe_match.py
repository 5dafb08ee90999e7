from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import NFE_MODEL


class AccountMove(models.Model):
    """Finding the invoice of an uploaded NF-e. An ambiguous match is refused."""

    _inherit = "account.move"

    @api.model
    def _find_invoice_of_nfe(self, nfe, among=None):
        """Return the one invoice that the NF-e belongs to, among those that the user may read.

        An invoice whose fiscal document has the NF-e's access key is the one. Else a posted invoice
        has the NF-e's number; a draft, or one that no localisation numbers, is on Supplier's
        credit, has the same recipient and total, and no NF-e yet.

        :param among: the invoices to search; all if empty
        :raise UserError: when there is none, or more than one, naming each
        """
        if named := self._find_document_of_key(nfe.key, among):
            return named
        if note := self._find_return_of_nfe(nfe, among):
            return note
        scope = self._get_upload_scope(among)
        self._check_nfe_is_new(nfe)
        companies = self._find_issuers(nfe)
        scope &= Domain("company_id", "in", companies.ids)
        candidates = self._find_posted_of_nfe(nfe, scope)
        candidates = candidates or self._find_unnumbered_of_nfe(nfe, scope)
        if len(candidates) > 1:
            raise UserError(
                self.env._(
                    "NF-e %(number)s fits several invoices: %(invoices)s. Open the right one and "
                    "upload the file there.",
                    number=nfe.number,
                    invoices=", ".join(
                        f"{candidate.display_name} ({candidate.invoice_origin or candidate.id})"
                        for candidate in candidates
                    ),
                )
            )
        if not candidates:
            raise UserError(self._describe_no_invoice(nfe, scope))
        return candidates

    @api.model
    def _find_document_of_key(self, key, among=None):
        """Return the document whose fiscal document of OCA's has this key, empty if none has."""
        if "fiscal_document_id" not in self._fields:
            return self.browse()
        scope = Domain("fiscal_document_id.document_key", "=", key)
        scope &= Domain("move_type", "in", ("out_invoice", "out_refund"))
        scope &= Domain("company_id", "in", self.env.companies.ids)
        scope &= Domain("state", "!=", "cancel")
        if among:
            scope &= Domain("id", "in", among.ids)
        return self.search(scope, limit=1)

    @api.model
    def _get_upload_scope(self, among=None):
        scope = Domain("move_type", "=", "out_invoice")
        scope &= Domain("company_id", "in", self.env.companies.ids)
        return scope & Domain("id", "in", among.ids) if among else scope

    @api.model
    def _find_invoice_of_cancellation(self, cancellation, among=None):
        """Return the document that has the NF-e which the file cancels, empty if none has."""
        scope = Domain("company_id", "in", self.env.companies.ids)
        if among:
            scope &= Domain("id", "in", among.ids)
        return self.search(
            scope & Domain("supplier_nfe_key", "=", cancellation.key), order="state desc", limit=1
        )

    @api.model
    def _keep_nfe_cancellation(self, cancellation, content):
        """Keep the cancellation of an NF-e that no document has yet, for its issuer.

        :return: a text about what was done
        :raise UserError: when none of the selected companies issued it, or it proves nothing
        """
        company = self._find_issuers(cancellation)[:1]
        agreements = self.env["supplier.credit.agreement"].sudo()
        if agreements.search_count(
            [("company_id", "=", company.id), ("environment", "=", "production")], limit=1
        ):
            if problem := self._get_unproved_cancellation(cancellation):
                raise UserError(problem)
        self.env["supplier.credit.nfe.cancellation"]._keep(company, cancellation, content)
        return self._describe_kept_cancellation(cancellation)

    def _check_nfe_is_new(self, nfe):
        taken = self.search(
            [
                ("supplier_nfe_key", "=", nfe.key),
                ("company_id", "in", self.env.companies.ids),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )
        if taken:
            raise UserError(
                self.env._(
                    "NF-e %(number)s was already taken over by invoice %(invoice)s.",
                    number=nfe.number,
                    invoice=taken.display_name,
                )
            )

    def _find_issuers(self, document):
        """Return the selected companies that issued an Nfe, or what an NfeCancellation cancels."""
        companies = self.env.companies.filtered(
            lambda company: company.partner_id.sudo()._get_supplier_vat() == document.issuer
        )
        if not companies:
            raise UserError(
                self.env._(
                    "NF-e %(number)s was issued by %(issuer)s (%(name)s), which is none of the "
                    "companies you have selected.",
                    number=document.number,
                    issuer=document.issuer,
                    name=document.issuer_name,
                )
            )
        return companies

    def _find_posted_of_nfe(self, nfe, scope):
        """Return the posted invoices to which core's localisation gave the NF-e's number."""
        if "l10n_latam_document_type_id" not in self._fields:
            return self.browse()
        posted = self.search(
            scope
            & Domain("state", "=", "posted")
            & Domain("sequence_number", "=", nfe.number)
            & Domain("l10n_latam_document_type_id.code", "=", NFE_MODEL)
        )
        return posted._narrow_down(
            lambda move: move._has_series(nfe.series),
            lambda move: move.commercial_partner_id._get_supplier_vat() == nfe.recipient,
        )

    def _find_unnumbered_of_nfe(self, nfe, scope):
        """Return the invoices of the NF-e's total whose number it is to say.

        A fiscal document with another key, or that is still to get its own, is of another NF-e.
        """
        open_scope = scope & Domain("state", "in", ("draft", "posted"))
        found = self._find_of_total(nfe, open_scope).filtered(
            lambda move: move._takes_any_number() and not move._gets_oca_key()
        )
        return found._narrow_down(lambda move: move._has_series(nfe.series))

    def _takes_any_number(self):
        own = self._get_fiscal_identity()
        if own.takes_number:
            return self.state == "draft"
        return not own.key and own.number is None

    def _find_of_total(self, nfe, scope):
        """Return the invoices on Supplier's credit without NF-e, of its recipient and total."""
        bearers = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        total = float(nfe.total)
        return self.search(
            scope
            & Domain("preferred_payment_method_line_id", "in", list(bearers))
            & Domain("supplier_nfe_key", "=", False)
            & Domain("amount_total", ">", total - 0.005)
            & Domain("amount_total", "<", total + 0.005)
        ).filtered(lambda move: move.commercial_partner_id._get_supplier_vat() == nfe.recipient)

    def _narrow_down(self, *tests):
        """Filter these invoices by each test in turn, unless no invoice passes it."""
        left = self
        for test in tests:
            left = left.filtered(test) or left
        return left

    def _has_series(self, series):
        return self._get_fiscal_identity().has_series(series)

    def _describe_no_invoice(self, nfe, scope):
        values = {
            "number": nfe.number,
            "series": nfe.series,
            "recipient": nfe.recipient,
            "name": nfe.recipient_name,
            "total": nfe.total,
        }
        posted = self._find_of_total(nfe, scope & Domain("state", "=", "posted"))
        renumbered = posted.filtered(lambda move: move._get_fiscal_identity().takes_number)
        if renumbered:
            return self.env._(
                "No invoice has number %(number)s. Of the same recipient and total, without NF-e: "
                "%(invoices)s. If it is one of them, open it, upload the file there and choose "
                "Take Over the Number.",
                **values,
                invoices=", ".join(renumbered.mapped("display_name")),
            )
        return self.env._(
            "No invoice was found for NF-e %(number)s, series %(series)s, of %(total)s to "
            "%(recipient)s (%(name)s): neither a posted one with this number nor a draft on "
            "Supplier's credit with this recipient and total.",
            **values,
        )
