from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.fiscal.fiscal_xml import NfeProblem
from ...tools.fiscal.nfe_event import parse_fiscal_file
from ...tools.fiscal.signature import read_authorities

# A folder of this server with the certificates of ICP-Brasil (docs/guide: parameters).
AUTHORITIES_PARAMETER = "supplier_credit.signature_authorities"

# What the texts about a file may show; see `NfeProblem`.
PROBLEM_VALUES = (
    "author",
    "begin",
    "column",
    "document_key",
    "element",
    "end",
    "folder",
    "holder",
    "identifier",
    "issuer",
    "key",
    "kind",
    "limit",
    "line",
    "model",
    "moment",
    "protocol_key",
    "reason",
    "root",
    "size",
    "status",
)


class AccountMove(models.Model):
    """Texts for users about what is wrong with a file of SEFAZ."""

    _inherit = "account.move"

    @api.model
    def _parse_nfe(self, content):
        """Return the FiscalFile in these bytes: an NF-e, its cancellation, or both.

        :raise UserError: saying why they are neither
        """
        try:
            return parse_fiscal_file(content, self._read_signature_authorities())
        except NfeProblem as problem:
            raise UserError(self._describe_nfe_problem(problem)) from problem

    @api.model
    def _read_signature_authorities(self):
        """Return the certificates that signers must descend from, None if none are configured."""
        folder = self.env["ir.config_parameter"].sudo().get_param(AUTHORITIES_PARAMETER)
        return read_authorities(folder) if folder else None

    @api.model
    def _describe_nfe_problem(self, problem):
        """Return what is wrong with an uploaded file, and what to do.

        :param problem: an `NfeProblem`
        """
        # Each text uses some of the values only.
        values = dict.fromkeys(PROBLEM_VALUES, "") | problem.values
        texts = {
            "too_large": self.env._(
                "The file has %(size)s kB; an NF-e has at most %(limit)s kB. Upload the procNFe "
                "alone.",
                **values,
            ),
            "empty": self.env._("The file is empty."),
            "compressed": self.env._(
                "The file is compressed. Unpack it and upload the XML files themselves."
            ),
            "wrong_encoding": self.env._(
                "The file is not text in UTF-8, as every NF-e is. Upload the original that came "
                "back from SEFAZ."
            ),
            "not_xml": self.env._(
                "The file is not readable XML: it breaks off, or is wrong, at line %(line)s, "
                "column %(column)s. Upload the original that came back from SEFAZ.",
                **values,
            ),
            "has_doctype": self.env._(
                "The file carries a document type definition, which no NF-e has. It was refused."
            ),
            "not_an_nfe": self.env._(
                "The file is no authorised NF-e: it begins with %(root)s instead of nfeProc. "
                "Upload the procNFe that came back from SEFAZ.",
                **values,
            ),
            "not_authorised_file": self.env._(
                "The file holds the NF-e without SEFAZ's protocol. Upload the procNFe that came "
                "back after the authorisation."
            ),
            "not_authorised": self.env._(
                "SEFAZ did not authorise this NF-e (status %(status)s %(reason)s). Only an "
                "authorised one can be used.",
                **values,
            ),
            "not_valid": self.env._(
                "The file does not follow the official NF-e layout 4.00: line %(line)s, element "
                "%(element)s is missing, repeated, or not written as prescribed. Upload the "
                "original that came back from SEFAZ.",
                **values,
            ),
            "key_differs": self.env._(
                "The protocol belongs to another NF-e: it names key %(protocol_key)s, the "
                "document is %(document_key)s.",
                **values,
            ),
            "key_check_digit": self.env._(
                "The access key %(key)s has a wrong check digit.", **values
            ),
            "key_content": self.env._(
                "The access key %(key)s does not agree with issuer, model, series or number of "
                "the NF-e.",
                **values,
            ),
            "key_origin": self.env._(
                "The access key %(key)s does not agree with state, month, kind of issue or code of "
                "the NF-e.",
                **values,
            ),
            "wrong_model": self.env._(
                "The document is of model %(model)s; Supplier takes NF-e, model 55.", **values
            ),
            "digest_differs": self.env._(
                "The protocol was given for other content than the signature: their digests "
                "differ. Upload the original that came back from SEFAZ."
            ),
            "environment_differs": self.env._(
                "The document and SEFAZ's answer name different environments (tpAmb). Upload the "
                "original that came back from SEFAZ."
            ),
            "other_event": self.env._(
                "The file is an event of kind %(kind)s; only the cancellation of an NF-e (110111) "
                "can be used.",
                **values,
            ),
            "not_registered": self.env._(
                "SEFAZ did not register this cancellation (status %(status)s %(reason)s). The "
                "NF-e stays authorised.",
                **values,
            ),
            "other_author": self.env._(
                "The cancellation was asked for by %(author)s; only the issuer of the NF-e, "
                "%(issuer)s, can cancel it.",
                **values,
            ),
            "event_identifier": self.env._(
                "The cancellation calls itself %(identifier)s, which is not made of its kind, the "
                "access key %(key)s and its number, as SEFAZ requires.",
                **values,
            ),
            "not_signed": self.env._(
                "The file is not signed, or signed twice. Upload the original that came back from "
                "SEFAZ."
            ),
            "signature_differs": self.env._(
                "it was changed after SEFAZ authorised it (the signature is not of what it holds); "
                "upload the original that came back from SEFAZ."
            ),
            "certificate_unreadable": self.env._(
                "The certificate of the signature cannot be read. Upload the original that came "
                "back from SEFAZ."
            ),
            "certificate_other": self.env._(
                "It was signed with the certificate of %(holder)s, not with one of the issuer "
                "%(issuer)s.",
                **values,
            ),
            "certificate_expired": self.env._(
                "Its certificate was valid from %(begin)s to %(end)s; it was signed on %(moment)s.",
                **(values | self._format_certificate_dates(problem)),
            ),
            "certificate_untrusted": self.env._(
                "Its certificate does not descend from the authorities in the folder that your "
                "administrator has set. If ICP-Brasil has a new authority, its certificate "
                "belongs there."
            ),
            "authorities_unreadable": self.env._(
                "The certificates of the authorities cannot be read from %(folder)s, the folder "
                "of the system parameter supplier_credit.signature_authorities. Ask your "
                "administrator to correct it.",
                **values,
            ),
        }
        return texts[problem.code]

    @api.model
    def _format_certificate_dates(self, problem):
        return {
            name: format_date(self.env, problem.values[name])
            for name in ("begin", "end", "moment")
            if name in problem.values
        }
