from odoo import models
from odoo.fields import Domain

from ..nfe.account_move_sefaz import SOURCE_FIELDS

RETURN_PURPOSE = "4"


class AccountMove(models.Model):
    """The return NF-e of a credit note: issued by the company, or by its customer. Seed 002."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if not SOURCE_FIELDS.isdisjoint(vals):
            self.filtered("supplier_return_transaction_id")._refresh_sefaz_state()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_issued_by_customer(self, nfe):
        """Return whether this is the return of goods that the customer issued an NF-e for."""
        return (
            bool(self.supplier_return_transaction_id)
            and nfe.issuer == self.commercial_partner_id._get_supplier_vat()
        )

    def _takes_an_nfe(self):
        return super()._takes_an_nfe() or bool(
            self.supplier_return_transaction_id and self.state != "cancel"
        )

    def _get_nfe_parties(self, nfe):
        issuer, recipient = super()._get_nfe_parties(nfe)
        return (recipient, issuer) if self._is_issued_by_customer(nfe) else (issuer, recipient)

    def _get_nfe_mismatches(self, nfe, take_number=False):
        mismatches = super()._get_nfe_mismatches(nfe, take_number)
        sale = self.supplier_return_transaction_id.sudo()
        if sale and sale.nfe_key not in nfe.references:
            mismatches.append(
                self.env._(
                    "the returned NF-e (refNFe): %(expected)s of %(invoice)s is not among those it "
                    "refers to: %(found)s",
                    expected=sale.nfe_key,
                    invoice=sale.invoice_id.name,
                    found=", ".join(nfe.references) or "-",
                )
            )
        return mismatches

    def _get_nfe_purpose_mismatches(self, nfe):
        if not self.supplier_return_transaction_id:
            return super()._get_nfe_purpose_mismatches(nfe)
        if nfe.purpose == RETURN_PURPOSE:
            return []
        return [self.env._("purpose: only an NF-e of a return (finNFe 4) can be used")]

    def _get_nfe_own_mismatches(self, nfe, take_number):
        # The number of the customer's own NF-e is none of the company's.
        if self._is_issued_by_customer(nfe):
            return []
        return super()._get_nfe_own_mismatches(nfe, take_number)

    def _has_nfe_number(self, nfe):
        return self._is_issued_by_customer(nfe) or super()._has_nfe_number(nfe)

    def _is_supplier_production(self):
        if agreement := self.supplier_return_transaction_id.sudo().agreement_id:
            return agreement.environment == "production"
        return super()._is_supplier_production()

    def _find_invoice_of_nfe(self, document, among=None):
        """Let a return NF-e find its credit note by the NF-e that it refers to."""
        if getattr(document, "purpose", None) != RETURN_PURPOSE:
            return super()._find_invoice_of_nfe(document, among)
        scope = Domain("company_id", "in", self.env.companies.ids)
        scope &= Domain("state", "!=", "cancel") & Domain("supplier_nfe_key", "=", False)
        scope &= Domain("supplier_return_transaction_id.nfe_key", "in", document.references)
        if among:
            scope &= Domain("id", "in", among.ids)
        total = float(document.total)
        notes = self.search(scope).filtered(
            lambda note: not note.currency_id.compare_amounts(note.amount_total, total)
        )
        return notes if len(notes) == 1 else super()._find_invoice_of_nfe(document, among)
