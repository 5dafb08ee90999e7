from odoo import api, models
from odoo.exceptions import UserError

from ...tools.fiscal.fiscal_xml import NfeProblem
from ...tools.fiscal.nfe_event import parse_fiscal_file

# What the texts about a file may show; see `NfeProblem`.
PROBLEM_VALUES = (
    "detail",
    "document_key",
    "key",
    "kind",
    "limit",
    "line",
    "model",
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
        """Return the Nfe or NfeCancellation in these bytes.

        :raise UserError: saying why they are neither
        """
        try:
            return parse_fiscal_file(content)
        except NfeProblem as problem:
            raise UserError(self._describe_nfe_problem(problem)) from problem

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
            "not_xml": self.env._("The file is not readable XML (%(detail)s).", **values),
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
                "The file does not follow the official NF-e layout 4.00 (line %(line)s: "
                "%(detail)s).",
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
        }
        return texts[problem.code]
