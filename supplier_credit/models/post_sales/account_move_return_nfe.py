from odoo import models
from odoo.fields import Domain

RETURN_PURPOSE = "4"


class AccountMove(models.Model):
    """The return NF-e of a credit note: issued by the company, or by its customer. Seed 002."""

    _inherit = "account.move"

    def _is_issued_by_customer(self, nfe):
        """Return whether this is a return, and the customer issued its NF-e."""
        return (
            bool(self.supplier_return_transaction_id)
            and nfe.issuer == self.commercial_partner_id._get_supplier_vat()
        )

    def _get_nfe_reference_mismatches(self, nfe):
        """Return, as texts, why the NF-e of a return does not refer to its sale's NF-e."""
        sale = self.supplier_return_transaction_id.sudo()
        if not sale or sale.nfe_key in nfe.references:
            return []
        return [
            self.env._(
                "the returned NF-e (refNFe): %(expected)s of %(invoice)s is not among those it "
                "refers to: %(found)s",
                expected=sale.nfe_key,
                invoice=sale.invoice_id.name,
                found=", ".join(nfe.references) or "-",
            )
        ]

    def _get_return_purpose_mismatches(self, nfe):
        mismatches = []
        if nfe.purpose != RETURN_PURPOSE:
            mismatches.append(
                self.env._("purpose: only an NF-e of a return (finNFe 4) can be used")
            )
        # The goods come back: out of the customer's stock, into the company's.
        if nfe.is_exit != self._is_issued_by_customer(nfe):
            mismatches.append(
                self.env._(
                    "direction: goods that come back come in by the company's NF-e (tpNF 0), or go "
                    "out by the customer's (tpNF 1)"
                )
            )
        return mismatches

    def _find_return_of_nfe(self, nfe, among=None):
        """Return the credit note of a return NF-e, by the NF-e that it refers to.

        Empty for other NF-e, and if no credit note or more than one fits.
        """
        if getattr(nfe, "purpose", None) != RETURN_PURPOSE:
            return self.browse()
        scope = Domain("company_id", "in", self.env.companies.ids)
        scope &= Domain("state", "!=", "cancel") & Domain("supplier_nfe_key", "=", False)
        scope &= Domain("supplier_return_transaction_id.nfe_key", "in", nfe.references)
        if among:
            scope &= Domain("id", "in", among.ids)
        total = float(nfe.total)
        notes = self.search(scope).filtered(
            lambda note: not note.currency_id.compare_amounts(note.amount_total, total)
        )
        return notes if len(notes) == 1 else self.browse()
