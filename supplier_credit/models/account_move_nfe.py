import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.nfe import NfeProblem, parse_nfe

NORMAL_PURPOSE = "1"


class AccountMove(models.Model):
    """The authorised NF-e of an invoice. Seed 001, "Faturamento", 1."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # none → authorised
    supplier_sefaz_state = fields.Selection(
        selection=[("authorised", "Authorised")],
        string="SEFAZ State",
        readonly=True,
        copy=False,
        help="Taken from the uploaded, authorised XML (procNFe).",
    )
    supplier_nfe_key = fields.Char(
        string="NF-e Access Key", readonly=True, copy=False, index="btree_not_null"
    )
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

    # -------------------------------------------------------------------------
    # UPLOAD
    # -------------------------------------------------------------------------

    def _attach_nfe(self, content):
        """Take the authorised NF-e of this invoice, after all checks, and register it if ready.

        On a draft the NF-e gives the invoice its number; on a posted invoice the number must agree.

        :param content: the procNFe, bytes
        :raise UserError: naming all that does not agree; nothing is changed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_not_registered_at_supplier()
        if self.move_type != "out_invoice" or self.state == "cancel":
            raise UserError(
                self.env._(
                    "%(invoice)s is no open customer invoice; an NF-e of a sale belongs to one.",
                    invoice=self.display_name,
                )
            )
        try:
            nfe = parse_nfe(content)
        except NfeProblem as problem:
            raise UserError(self._describe_nfe_problem(problem)) from problem
        if mismatches := self._get_nfe_mismatches(nfe):
            raise UserError(
                self.env._(
                    "NF-e %(number)s does not belong to invoice %(invoice)s:\n%(mismatches)s\n"
                    "Nothing was changed.",
                    number=nfe.number,
                    invoice=self.display_name,
                    mismatches="\n".join(f"- {mismatch}" for mismatch in mismatches),
                )
            )
        if self.state == "draft":
            self.l10n_latam_document_number = str(nfe.number)
        self.sudo().write(
            {
                "supplier_sefaz_state": "authorised",
                "supplier_nfe_key": nfe.key,
                "supplier_nfe_issue_date": nfe.issue_date,
                "supplier_nfe_total": float(nfe.total),
                "supplier_nfe_file": base64.b64encode(content),
            }
        )
        self.message_post(
            body=self.env._(
                "Authorised NF-e %(number)s taken over, key %(key)s, protocol %(protocol)s.",
                number=nfe.number,
                key=nfe.key,
                protocol=nfe.protocol,
            )
        )
        self._register_supplier_transactions()

    def _get_nfe_mismatches(self, nfe):
        """Return, as texts, everything in which the NF-e and this invoice differ."""
        self.ensure_one()
        mismatches = []

        def expect(name, found, expected):
            if found != expected:
                mismatches.append(
                    self.env._(
                        "%(name)s: the NF-e has %(found)s, the invoice %(expected)s",
                        name=name,
                        found=found or "-",
                        expected=expected or "-",
                    )
                )

        expect(
            self.env._("issuer (CNPJ)"), nfe.issuer, self.company_id.partner_id._get_supplier_vat()
        )
        expect(
            self.env._("recipient (CNPJ/CPF)"),
            nfe.recipient,
            self.commercial_partner_id._get_supplier_vat(),
        )
        expect(self.env._("model"), nfe.model, self.l10n_latam_document_type_id.code)
        series = self.journal_id.l10n_br_invoice_serial or ""
        expect(
            self.env._("series"), nfe.series, int(series) if series.isdigit() else series or None
        )
        if self.state != "draft":
            expect(self.env._("number"), nfe.number, self._get_nfe_number())
        expect(
            self.env._("total"),
            self.currency_id.format(float(nfe.total)),
            self.currency_id.format(self.amount_total),
        )
        if nfe.purpose != NORMAL_PURPOSE:
            mismatches.append(self.env._("purpose: only an NF-e of a sale (finNFe 1) can be used"))
        if self._is_supplier_production() and not nfe.is_production:
            mismatches.append(
                self.env._("environment: it was authorised in SEFAZ's test environment")
            )
        if other := self._find_other_invoice_of_nfe(nfe):
            mismatches.append(
                self.env._(
                    "it was already taken over by invoice %(other)s", other=other.display_name
                )
            )
        return mismatches

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

    def _get_nfe_number(self):
        """Return the invoice's document number as the NF-e counts it, or None."""
        self.ensure_one()
        digits = "".join(filter(str.isdigit, self.l10n_latam_document_number or ""))
        return int(digits) if digits else None

    def _describe_nfe_problem(self, problem):
        """Return what is wrong with an uploaded file and what to do, for every NfeProblem."""
        texts = {
            "too_large": self.env._(
                "The file has %(size)s kB; an NF-e has at most %(limit)s kB. Upload the procNFe "
                "alone."
            ),
            "not_xml": self.env._("The file is not readable XML (%(detail)s)."),
            "has_doctype": self.env._(
                "The file carries a document type definition, which no NF-e has. It was refused."
            ),
            "not_an_nfe": self.env._(
                "The file is no authorised NF-e: it begins with %(root)s instead of nfeProc. "
                "Upload the procNFe that came back from SEFAZ."
            ),
            "not_authorised_file": self.env._(
                "The file holds the NF-e without SEFAZ's protocol. Upload the procNFe that came "
                "back after the authorisation."
            ),
            "not_authorised": self.env._(
                "SEFAZ did not authorise this NF-e (status %(status)s %(reason)s). Only an "
                "authorised one can be used."
            ),
            "not_valid": self.env._(
                "The file does not follow the official NF-e layout 4.00 (line %(line)s: "
                "%(detail)s)."
            ),
            "key_differs": self.env._(
                "The protocol belongs to another NF-e: it names key %(protocol_key)s, the "
                "document is %(document_key)s."
            ),
            "key_check_digit": self.env._("The access key %(key)s has a wrong check digit."),
            "key_content": self.env._(
                "The access key %(key)s does not agree with issuer, model, series or number of "
                "the NF-e."
            ),
            "wrong_model": self.env._(
                "The document is of model %(model)s; Supplier takes NF-e, model 55."
            ),
            "digest_differs": self.env._(
                "The protocol was given for other content than the signature: their digests "
                "differ. Upload the original that came back from SEFAZ."
            ),
        }
        return texts[problem.code] % problem.values
