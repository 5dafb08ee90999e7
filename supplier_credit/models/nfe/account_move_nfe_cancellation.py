from odoo import fields, models
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

    def _attach_nfe_cancellation(self, cancellation, content):
        """Store that SEFAZ cancelled this invoice's NF-e; posted entries stay.

        :param cancellation: the NfeCancellation in the content
        :param content: the procEventoNFe, bytes; it is attached to the chatter
        :return: a text about what was done
        :raise UserError: when it cancels another NF-e, or one of the test environment
        """
        self.ensure_one()
        self.check_access("write")
        if self.supplier_nfe_key != cancellation.key:
            raise UserError(
                self.env._(
                    "The cancellation is of the NF-e with key %(key)s; invoice %(invoice)s has "
                    "%(own_key)s. Nothing was changed.",
                    key=cancellation.key,
                    invoice=self.display_name,
                    own_key=self.supplier_nfe_key or self.env._("none yet"),
                )
            )
        if self._is_supplier_production() and not cancellation.is_production:
            raise UserError(
                self.env._(
                    "The cancellation of invoice %(invoice)s was registered in SEFAZ's test "
                    "environment; the agreement is one of production. Nothing was changed.",
                    invoice=self.display_name,
                )
            )
        self.sudo().write(
            {
                "supplier_sefaz_state": "cancelled",
                "supplier_nfe_cancellation": cancellation.protocol,
            }
        )
        done = self.env._(
            "SEFAZ has cancelled the NF-e, protocol %(protocol)s. Reason: %(reason)s",
            protocol=cancellation.protocol,
            reason=cancellation.reason or "-",
        )
        self.message_post(
            body=done, attachments=[(f"{cancellation.key}-procEventoNFe.xml", content)]
        )
        return done

    def _is_nfe_void(self, nfe):
        """Return whether SEFAZ has cancelled or denied this NF-e, as far as known here."""
        self.ensure_one()
        if self.supplier_nfe_key == nfe.key and self.supplier_nfe_cancellation:
            return True
        return self._find_source_state() in ("cancelled", "denied")
