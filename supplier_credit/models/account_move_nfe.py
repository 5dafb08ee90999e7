import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.nfe_event import NfeCancellation

NORMAL_PURPOSE = "1"
# Said by SEFAZ's files alone; nobody writes them by hand.
NFE_COLUMNS = {
    "supplier_sefaz_state",
    "supplier_nfe_key",
    "supplier_nfe_issue_date",
    "supplier_nfe_total",
    "supplier_nfe_file",
    "supplier_nfe_cancellation",
}


class AccountMove(models.Model):
    """The authorised NF-e of an invoice. Seed 001, "Faturamento", 1."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    supplier_nfe_key = fields.Char(string="NF-e Access Key", readonly=True, copy=False)
    supplier_nfe_issue_date = fields.Date(string="NF-e Issue Date", readonly=True, copy=False)
    supplier_nfe_total = fields.Monetary(string="NF-e Total", readonly=True, copy=False)
    # Not readable by everybody: whoever has the XML can draw a DANFE from it.
    supplier_nfe_file = fields.Binary(
        string="Authorised NF-e (procNFe)",
        readonly=True,
        copy=False,
        attachment=True,
        groups="supplier_credit.supplier_credit_group_manager",
    )

    _supplier_nfe_key_unique = models.UniqueIndex(
        "(supplier_nfe_key, company_id) WHERE supplier_nfe_key IS NOT NULL AND state != 'cancel'",
        "An NF-e belongs to one invoice, and another one has already taken it over.",
    )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_nfe_columns(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_nfe_columns(vals)
        return super().write(vals)

    def _check_nfe_columns(self, vals):
        """Refuse what would make an invoice look authorised without SEFAZ's file."""
        if not self.env.su and not NFE_COLUMNS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "What SEFAZ says about an NF-e cannot be entered by hand. Use Upload NF-e."
                )
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_nfe_upload(self):
        """Open the wizard that takes the authorised XML of this invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Upload NF-e"),
            "res_model": "supplier.credit.nfe.upload",
            "view_mode": "form",
            "target": "new",
            "context": {"default_invoice_id": self.id},
        }

    def action_open_nfe_uploads(self):
        """Open the wizard that finds the invoice of each of many files, among these if any."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Upload NF-e"),
            "res_model": "supplier.credit.nfe.upload",
            "view_mode": "form",
            "target": "new",
            "context": {"default_invoice_ids": self.ids},
        }

    # -------------------------------------------------------------------------
    # UPLOAD
    # -------------------------------------------------------------------------

    def _attach_nfe(self, content, take_number=False):
        """Take what SEFAZ said about this invoice's NF-e, after all checks.

        Of an authorised NF-e the invoice is registered at Supplier if it is ready; on a draft the
        NF-e gives the invoice its number. Of a registered cancellation the state is taken.

        :param content: a procNFe or the procEventoNFe of its cancellation, bytes
        :param take_number: let the number of a posted invoice follow that of the NF-e, too
        :return: what was done, as text
        :raise UserError: naming all that does not agree; nothing is changed
        """
        self.ensure_one()
        self.check_access("write")
        document = self._parse_nfe(content)
        if isinstance(document, NfeCancellation):
            return self._attach_nfe_cancellation(document, content)
        self._check_takes_nfe(document, take_number)
        return self._take_nfe(document, content)

    def _check_takes_nfe(self, nfe, take_number=False):
        """Refuse an NF-e that is not this invoice's, and an invoice that can take none.

        :raise UserError: naming all that does not agree
        """
        self._check_not_told_supplier()
        if not self._takes_an_nfe():
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

    def _take_nfe(self, nfe, content):
        """Write what a checked NF-e says on the invoice, and register it if it is ready.

        :return: what was done, as text
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
            done += self._take_nfe_number(nfe.number)
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

    # -------------------------------------------------------------------------
    # CHECKS
    # -------------------------------------------------------------------------

    def _get_nfe_mismatches(self, nfe, take_number=False):
        """Return, as texts, everything in which the NF-e and this invoice differ.

        :param take_number: the number of a posted invoice is going to follow the NF-e's
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
                    (
                        self.env._("total"),
                        self.currency_id.format(float(nfe.total)),
                        self.currency_id.format(self.amount_total),
                    ),
                )
            ),
            *self._get_nfe_own_mismatches(nfe, take_number),
            *self._get_nfe_kind_mismatches(nfe),
        ]

    def _takes_an_nfe(self):
        """Return whether this is a document that an authorised NF-e can be taken over by."""
        self.ensure_one()
        return self.move_type == "out_invoice" and self.state != "cancel"

    def _has_nfe_number(self, nfe):
        """Return whether this document's number need not follow that of the NF-e."""
        return self._get_nfe_number() == nfe.number

    def _get_nfe_parties(self, nfe):
        """Return who of the NF-e should be the company, and who its customer."""
        return nfe.issuer, nfe.recipient

    def _get_nfe_own_mismatches(self, nfe, take_number):
        """Return, as texts, what differs from the company's own numbering."""
        series = self.journal_id.l10n_br_invoice_serial or ""
        series = str(int(series)) if series.isdecimal() else series
        compared = (
            (self.env._("model"), nfe.model, self.l10n_latam_document_type_id.code),
            (self.env._("series"), str(nfe.series), series),
        )
        return [
            *self._describe_nfe_differences(compared),
            *self._get_nfe_number_mismatches(nfe, take_number),
        ]

    def _describe_nfe_differences(self, compared):
        """Return, as texts, what differs of (name, in the NF-e, in the invoice)."""
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
        """Return, as texts, why this NF-e is none that this invoice can have at all."""
        mismatches = self._get_nfe_purpose_mismatches(nfe)
        if self._is_supplier_production():
            if not nfe.is_production:
                mismatches.append(
                    self.env._("environment: it was authorised in SEFAZ's test environment")
                )
            if not nfe.is_unaltered:
                mismatches.append(
                    self.env._(
                        "content: it was changed after SEFAZ authorised it (the digest of what it "
                        "holds is not the one that was signed); upload the original"
                    )
                )
        if self._is_nfe_void(nfe):
            mismatches.append(self.env._("SEFAZ state: the NF-e was cancelled or denied"))
        if other := self._find_other_invoice_of_nfe(nfe):
            mismatches.append(
                self.env._(
                    "it was already taken over by invoice %(other)s", other=other.display_name
                )
            )
        return mismatches

    def _get_nfe_purpose_mismatches(self, nfe):
        if nfe.purpose == NORMAL_PURPOSE:
            return []
        return [self.env._("purpose: only an NF-e of a sale (finNFe 1) can be used")]

    def _is_supplier_production(self):
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

    def _check_nfe_agrees(self):
        """Refuse to go on with an invoice that was changed after its NF-e was taken over."""
        for move in self.filtered("supplier_nfe_key"):
            number = int(move.supplier_nfe_key[25:34])
            same_total = not move.currency_id.compare_amounts(
                move.supplier_nfe_total, move.amount_total
            )
            if not same_total or move._get_nfe_number() != number:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s no longer agrees with its NF-e %(number)s of "
                        "%(total)s: it has now number %(new_number)s and a total of "
                        "%(new_total)s. Undo the change of the invoice.",
                        invoice=move.display_name,
                        number=number,
                        total=move.currency_id.format(move.supplier_nfe_total),
                        new_number=move._get_nfe_number() or "-",
                        new_total=move.currency_id.format(move.amount_total),
                    )
                )
