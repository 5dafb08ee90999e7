from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The cancellation of an invoice's NF-e at SEFAZ (event 110111)."""

    _inherit = "account.move"

    supplier_nfe_cancellation = fields.Char(
        string="Protocol of the Cancellation",
        readonly=True,
        copy=False,
        help="SEFAZ's protocol of the cancellation of the NF-e (event 110111).",
    )

    def _attach_nfe_cancellation(self, cancellation, content, confirmed=False):
        """Store that SEFAZ cancelled this invoice's NF-e; posted entries stay.

        :param cancellation: the NfeCancellation in the content
        :param content: the procEventoNFe, bytes; it is attached to the chatter
        :param confirmed: whether the user wants the sale cancelled at Supplier, too
        :return: a text about what was done
        :raise UserError: when it cancels another NF-e, or does not prove it in production
        """
        self.ensure_one()
        self.check_access("write")
        self._check_nfe_cancellation(cancellation)
        cancellations = self.env["supplier.credit.nfe.cancellation"]
        known = cancellations._keep(self.company_id, cancellation, content)
        if not self.supplier_nfe_key:
            return self._describe_kept_cancellation(cancellation)
        if confirmed:
            known._confirm()
        return self._apply_nfe_cancellation(known, cancellation, content)

    def _apply_nfe_cancellation(self, known, cancellation, content):
        done = self._describe_nfe_cancellation(known)
        done += self._describe_nfe_doubts(cancellation)
        self._show_nfe_cancelled(known)
        self.message_post(
            body=" ".join(done), attachments=[(f"{known.key}-procEventoNFe.xml", content)]
        )
        return " ".join(done)

    def _show_nfe_cancelled(self, known):
        self.sudo().write(
            {"supplier_sefaz_state": "cancelled", "supplier_nfe_cancellation": known.protocol}
        )

    def _describe_nfe_cancellation(self, known):
        return [
            self.env._(
                "SEFAZ has cancelled the NF-e, protocol %(protocol)s. Reason: %(reason)s",
                protocol=known.protocol,
                reason=known.reason or "-",
            )
        ]

    @api.model
    def _describe_kept_cancellation(self, cancellation):
        """Return that a cancellation is on record before its NF-e is."""
        return self.env._(
            "No invoice has the NF-e that this file cancels, key %(key)s. The cancellation is on "
            "record: when the NF-e comes, it is not sold.",
            key=cancellation.key,
        )

    def _check_nfe_cancellation(self, cancellation):
        """Refuse the cancellation of another NF-e, and one that proves nothing in production.

        :raise UserError: naming the invoice and the difference
        """
        self.ensure_one()
        if self.supplier_nfe_key and self.supplier_nfe_key != cancellation.key:
            raise UserError(
                self.env._(
                    "The cancellation is of the NF-e with key %(key)s; invoice %(invoice)s has "
                    "%(own_key)s. Nothing was changed.",
                    key=cancellation.key,
                    invoice=self.display_name,
                    own_key=self.supplier_nfe_key,
                )
            )
        if protocol := self._find_other_protocol(cancellation):
            difference = self.env._(
                "it cancels the authorisation %(found)s, the invoice's NF-e has %(expected)s",
                found=cancellation.nfe_protocol,
                expected=protocol,
            )
        elif self._is_supplier_production():
            difference = self._get_unproved_cancellation(cancellation)
        else:
            difference = False
        if difference:
            raise UserError(
                self.env._(
                    "The cancellation cannot be taken over by invoice %(invoice)s: "
                    "%(difference)s. Nothing was changed.",
                    invoice=self.display_name,
                    difference=difference,
                )
            )

    def _find_other_protocol(self, cancellation):
        """Return the protocol of the stored NF-e unless the cancellation names it, or False."""
        if not self.supplier_nfe_key:
            return False
        nfe = self._read_stored_nfe()
        return nfe.protocol if nfe and nfe.protocol != cancellation.nfe_protocol else False

    def _get_unproved_cancellation(self, cancellation):
        """Return why a company in production does not believe a cancellation, or an empty text."""
        if not cancellation.is_production:
            return self.env._("it was registered in SEFAZ's test environment")
        return " ".join(map(self._describe_nfe_problem, cancellation.proof_problems))

    def _is_nfe_void(self, nfe):
        """Return whether SEFAZ has cancelled or denied this NF-e, as far as known here."""
        self.ensure_one()
        if self._find_nfe_cancellation(nfe.key):
            return True
        if self.supplier_nfe_key == nfe.key and self.supplier_nfe_cancellation:
            return True
        return self._find_source_state() in ("cancelled", "denied")

    def _find_nfe_cancellation(self, key):
        """Return what is on record of the cancellation of a key, empty if nothing is."""
        return self.env["supplier.credit.nfe.cancellation"]._find(self.company_id, key)

    def _has_unconfirmed_cancellation(self):
        """Return whether a file says that the NF-e is cancelled, and nobody has confirmed it.

        A cancellation in the electronic invoicing that is installed here was made by a person.
        """
        self.ensure_one()
        if self._find_source_state() == "cancelled":
            return False
        known = self._find_nfe_cancellation(self.supplier_nfe_key)
        return bool(known) and not known.confirmed_by_id
