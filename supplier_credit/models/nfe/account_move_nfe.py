import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ...const import MANAGER_GROUP
from ...tools.fiscal.nfe_event import NfeCancellation


class AccountMove(models.Model):
    """The authorised NF-e of an invoice. Seed 001, "Faturamento", 1."""

    _inherit = "account.move"

    supplier_nfe_key = fields.Char(string="NF-e Access Key", readonly=True, copy=False)
    supplier_nfe_issue_date = fields.Date(string="NF-e Issue Date", readonly=True, copy=False)
    supplier_nfe_total = fields.Monetary(string="NF-e Total", readonly=True, copy=False)
    # Managers and auditors only: anybody with the XML can draw a DANFE from it.
    supplier_nfe_file = fields.Binary(
        string="Authorised NF-e (procNFe)",
        readonly=True,
        copy=False,
        attachment=True,
        groups=f"{MANAGER_GROUP},account.group_account_readonly",
    )

    _supplier_nfe_key_unique = models.UniqueIndex(
        "(supplier_nfe_key, company_id) WHERE supplier_nfe_key IS NOT NULL AND state != 'cancel'",
        "An NF-e belongs to one invoice, and another invoice has it already.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_nfe_upload(self):
        """Open the wizard that uploads the authorised XML of this invoice."""
        self.ensure_one()
        return self.env["supplier.credit.nfe.upload"]._get_records_action(
            name=self.env._("Upload NF-e"), target="new", context={"default_invoice_id": self.id}
        )

    def action_open_nfe_uploads(self):
        """Open the wizard that uploads many files and finds the invoice of each, among these."""
        return self.env["supplier.credit.nfe.upload"]._get_records_action(
            name=self.env._("Upload NF-e"), target="new", context={"default_invoice_ids": self.ids}
        )

    # -------------------------------------------------------------------------
    # UPLOAD
    # -------------------------------------------------------------------------

    def _attach_nfe(self, content, take_number=False):
        """Apply a file of SEFAZ to this invoice, after all checks.

        With an authorised NF-e, a draft invoice gets the NF-e's number, and an invoice that is
        ready is registered at Supplier. With a registered cancellation, the state changes.

        :param content: a procNFe or the procEventoNFe of its cancellation, bytes
        :param take_number: whether a posted invoice gets the NF-e's number, too
        :return: a text about what was done
        :raise UserError: naming all differences; nothing is changed
        """
        self.ensure_one()
        self.check_access("write")
        document = self._parse_nfe(content)
        if isinstance(document, NfeCancellation):
            return self._attach_nfe_cancellation(document, content)
        self._check_nfe_applicable(document, take_number)
        return self._apply_nfe(document, content)

    def _check_nfe_applicable(self, nfe, take_number=False):
        """Refuse an NF-e that is not this invoice's, and a document that cannot have one.

        :raise UserError: naming all differences
        """
        self._check_not_sent_to_supplier()
        if not self._is_open_for_nfe():
            raise UserError(
                self.env._(
                    "%(invoice)s is no open customer invoice; an NF-e of a sale belongs to one.",
                    invoice=self.display_name,
                )
            )
        if mismatches := self._get_nfe_mismatches(nfe, take_number):
            raise UserError(
                self.env._(
                    "NF-e %(number)s does not belong to invoice %(invoice)s:\n%(mismatches)s\n"
                    "Nothing was changed.",
                    number=nfe.number,
                    invoice=self.display_name,
                    mismatches="\n".join(f"- {mismatch}" for mismatch in mismatches),
                )
            )

    def _apply_nfe(self, nfe, content):
        """Write a checked NF-e on the invoice, and register the invoice if it is ready.

        :return: a text about what was done
        """
        done = [
            self.env._(
                "Authorised NF-e %(number)s taken over, key %(key)s, protocol %(protocol)s.",
                number=nfe.number,
                key=nfe.key,
                protocol=nfe.protocol,
            )
        ]
        if not self._has_nfe_number(nfe):
            done += self._apply_nfe_number(nfe.number)
        self.sudo().write(
            {
                "supplier_sefaz_state": "authorised",
                "supplier_nfe_problem": False,
                "supplier_nfe_key": nfe.key,
                "supplier_nfe_issue_date": nfe.issue_date,
                "supplier_nfe_total": float(nfe.total),
                "supplier_nfe_file": base64.b64encode(content),
                "supplier_nfe_cancellation": False,
            }
        )
        if nfe.has_instalments and self._filter_supplier_credit():
            done.append(
                self.env._(
                    "Mind that its XML carries instalments (cobr/dup). The DANFE hides them, but "
                    "whoever is given the XML reads due dates and amounts that are not Supplier's."
                )
            )
        self.message_post(body=" ".join(done))
        self._register_supplier_transactions()
        return " ".join(done)
