from odoo import models


class AccountMove(models.Model):
    """The number that core's localisation gives an invoice, which its NF-e decides."""

    _inherit = "account.move"

    def _get_nfe_number(self):
        """Return the invoice's document number as the NF-e has it: an integer, None without one."""
        return self._get_fiscal_identity().number

    def _get_nfe_number_mismatches(self, nfe, take_number):
        """Return the reasons why the invoice cannot have the NF-e's number, as texts.

        :param take_number: whether a posted invoice may get the NF-e's number
        """
        self.ensure_one()
        number = self._get_nfe_number()
        if number == nfe.number:
            return []
        mismatches = []
        if self.state == "posted":
            if not take_number:
                mismatches.append(
                    self.env._(
                        "number: the NF-e has %(found)s, the invoice %(expected)s (choose Take "
                        "Over the Number if the invoice is to follow the NF-e)",
                        found=nfe.number,
                        expected=number or "-",
                    )
                )
            elif locked := self._get_violated_lock_dates(self.date, bool(self.line_ids.tax_ids)):
                mismatches.append(
                    self.env._(
                        "number: the invoice is dated %(date)s, in a locked period (%(locked)s), "
                        "so its number can no longer change",
                        date=self.date,
                        locked=self.company_id._format_lock_dates(locked),
                    )
                )
            elif self.inalterable_hash:
                mismatches.append(
                    self.env._(
                        "number: the invoice is secured by a hash, so its number can no longer "
                        "change"
                    )
                )
        if holder := self._find_holder_of_number(nfe.number):
            mismatches.append(
                self.env._(
                    "number: %(holder)s of the same journal already has %(number)s",
                    holder=holder.display_name,
                    number=nfe.number,
                )
            )
        return mismatches

    def _find_holder_of_number(self, number):
        """Return another document of the journal that has this number, unless it is cancelled."""
        return self.sudo().search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("l10n_latam_document_type_id", "=", self.l10n_latam_document_type_id.id),
                ("sequence_number", "=", number),
                ("name", "not in", (False, "/")),
                ("state", "!=", "cancel"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _apply_nfe_number(self, number):
        """Give the invoice the number of its NF-e, and update what the host derives from it.

        These are the payment reference and, by it, the labels of the payment terms; a reference
        that a user entered stays.

        :return: a list of texts about what was changed on a posted invoice
        """
        self.ensure_one()
        if self.state != "posted":
            self.l10n_latam_document_number = str(number)
            return []
        old_name = self.name
        is_computed = self.payment_reference == self._get_invoice_computed_reference()
        self.l10n_latam_document_number = str(number)
        if is_computed:
            self.payment_reference = self._get_invoice_computed_reference()
        return [
            self.env._(
                "The number of the posted invoice followed the NF-e: %(old)s became %(new)s.",
                old=old_name,
                new=self.name,
            )
        ]
