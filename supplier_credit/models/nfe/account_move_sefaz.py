import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Cancellations of NF-e are taken for 24 hours, late ones for some weeks; then nothing comes.
WATCHED_DAYS = 90
# What SEFAZ decided; the other states are only attempts to get there.
DECIDED = ("authorised", "denied", "cancelled")
# OCA: l10n_br_fiscal, `state_edoc` of the fiscal document. One that is still being written
# (em_digitacao) says nothing; of a voided number (inutilizada) nothing is sold.
OCA_STATES = {
    "a_enviar": "waiting",
    "enviada": "waiting",
    "autorizada": "authorised",
    "rejeitada": "rejected",
    "denegada": "denied",
    "cancelada": "cancelled",
    "inutilizada": "cancelled",
}
# Odoo Enterprise: l10n_br_edi, `l10n_br_last_edi_status` of the invoice.
ENTERPRISE_STATES = {
    "pending": "waiting",
    "accepted": "authorised",
    "error": "rejected",
    "cancelled": "cancelled",
}
# Writing one of these on an invoice may be the news of its NF-e.
SOURCE_FIELDS = {
    "fiscal_document_id",
    "state_edoc",
    "l10n_br_last_edi_status",
    "l10n_br_edi_xml_attachment_file",
}


class AccountMove(models.Model):
    """What SEFAZ says about an invoice's NF-e, whoever issued it. Seed 001, "Faturamento", 1.

    Three sources are asked in this order: OCA's fiscal document, Odoo Enterprise's electronic
    invoicing, the uploaded XML. None of them is required; the first two are known by their fields.
    """

    _inherit = "account.move"

    # none → waiting → authorised → cancelled      (empty is none: a column of a host's table)
    #          ⇅ └──────→ denied
    #       rejected
    supplier_sefaz_state = fields.Selection(
        selection=[
            ("none", "Not Issued"),
            ("waiting", "Waiting"),
            ("authorised", "Authorised"),
            ("rejected", "Rejected"),
            ("denied", "Denied"),
            ("cancelled", "Cancelled"),
        ],
        string="SEFAZ State",
        readonly=True,
        copy=False,
        help="Taken from the electronic invoicing that is installed, or from the uploaded XML.",
    )
    supplier_nfe_problem = fields.Text(
        string="Problem of the NF-e",
        readonly=True,
        copy=False,
        help="Why the NF-e that SEFAZ authorised could not be taken over, and what to do.",
    )

    _supplier_nfe_problem_idx = models.Index(
        "(id) WHERE supplier_nfe_problem IS NOT NULL"
        " OR supplier_sefaz_state IN ('rejected', 'denied')"
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_refresh_sefaz_state(self):
        """Ask the installed electronic invoicing about the NF-e of these invoices."""
        self.check_access("write")
        self._filter_supplier_credit()._refresh_sefaz_state()
        return True

    # -------------------------------------------------------------------------
    # SOURCES
    # -------------------------------------------------------------------------

    def _find_sefaz_state(self):
        """Return the SEFAZ state of this invoice's NF-e, a value of `supplier_sefaz_state`.

        The first source with a decision of SEFAZ's is believed. An attempt that is still under way
        or was rejected there gives way to an uploaded XML, which proves what came of it. Nothing
        takes back a registered cancellation of the NF-e that the invoice has.
        """
        self.ensure_one()
        if self.supplier_nfe_cancellation:
            return "cancelled"
        source = self._find_source_state()
        if source in DECIDED:
            return source
        return self._read_sefaz_upload() or source or "none"

    def _find_source_state(self):
        """Return what the installed electronic invoicing says, False if it knows nothing."""
        said = [self._read_sefaz_oca(), self._read_sefaz_enterprise()]
        decided = [state for state in said if state in DECIDED]
        return next(filter(None, decided + said), False)

    def _read_sefaz_oca(self):
        """Return what OCA's fiscal document says, False without one."""
        document = self._get_oca_document()
        return OCA_STATES.get(document.state_edoc, False) if document else False

    def _read_sefaz_enterprise(self):
        """Return what Odoo Enterprise's electronic invoicing says, False without it."""
        if "l10n_br_last_edi_status" not in self._fields:
            return False
        return ENTERPRISE_STATES.get(self.l10n_br_last_edi_status, False)

    def _read_sefaz_upload(self):
        """Return what the XML taken over says, False without one."""
        return "authorised" if self.supplier_nfe_key else False

    def _get_oca_document(self):
        if "fiscal_document_id" not in self._fields:
            return None
        document = self.sudo().fiscal_document_id
        return document if document and "state_edoc" in document._fields else None

    def _get_source_file(self):
        """Return the authorised XML that the installed electronic invoicing keeps, or None."""
        document = self._get_oca_document()
        if document and document.state_edoc == "autorizada":
            if "authorization_file_id" in document._fields:
                return document.authorization_file_id.raw or None
        if self._read_sefaz_enterprise() == "authorised":
            if "l10n_br_edi_xml_attachment_file" in self._fields:
                return base64.b64decode(self.sudo().l10n_br_edi_xml_attachment_file or b"") or None
        return None

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _update_sefaz_state_after(self, vals):
        """Refresh the invoices and returns whose source these written values may have changed."""
        if SOURCE_FIELDS.isdisjoint(vals):
            return
        self._filter_supplier_credit()._refresh_sefaz_state()
        self.filtered("supplier_return_transaction_id")._refresh_sefaz_state()

    def _refresh_sefaz_state(self):
        """Bring these invoices on Supplier's credit up to what their sources say.

        An authorised NF-e is taken over by the same checks as an upload, which starts its sending.
        Where that fails the reason is shown and nothing is raised: SEFAZ's answer, which may be
        written in this very transaction, must not be lost for it.
        """
        for move in self.sudo():
            state = move._find_sefaz_state()
            if state == (move.supplier_sefaz_state or "none"):
                continue
            if state == "authorised":
                move._apply_nfe_of_source()
            else:
                move._show_sefaz_state(state)

    def _apply_nfe_of_source(self):
        try:
            with self.env.cr.savepoint():
                content = self._get_source_file()
                if not content:
                    raise UserError(
                        self.env._(
                            "SEFAZ authorised the NF-e of %(invoice)s, but its XML is not there "
                            "yet. It is looked for again; or use Upload NF-e.",
                            invoice=self.display_name,
                        )
                    )
                self._attach_nfe(content)
        except UserError as error:
            self._show_sefaz_state("waiting", str(error))

    def _show_sefaz_state(self, state, problem=False):
        if (self.supplier_sefaz_state, self.supplier_nfe_problem) == (state, problem):
            return
        labels = dict(self._fields["supplier_sefaz_state"]._description_selection(self.env))
        note = problem or self.env._("SEFAZ state of the NF-e: %(state)s.", state=labels[state])
        self.write({"supplier_sefaz_state": state, "supplier_nfe_problem": problem})
        self.message_post(body=note)

    @api.model
    def _cron_refresh_sefaz_states(self):
        """Find the invoices whose source knows more than they show, and refresh them.

        OCA's fiscal document changes without its invoice being written; without OCA's and Odoo
        Enterprise's modules this costs no query.
        """
        news = self._get_sefaz_news_domain()
        bearers = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        if news.is_false() or not bearers:
            return
        since = fields.Date.today() - timedelta(days=WATCHED_DAYS)
        moves = self.search(
            Domain("move_type", "=", "out_invoice")
            & Domain("preferred_payment_method_line_id", "in", list(bearers))
            & Domain("date", ">=", since)
            & news
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(moves))
        for move in moves.with_prefetch():
            move.try_lock_for_update()._refresh_sefaz_state()
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_sefaz_news_domain(self):
        """Return the domain of invoices that differ from what their source says."""
        news = Domain.FALSE
        sources = []
        if "fiscal_document_id" in self._fields:
            sources.append(("fiscal_document_id.state_edoc", OCA_STATES))
        if "l10n_br_last_edi_status" in self._fields:
            sources.append(("l10n_br_last_edi_status", ENTERPRISE_STATES))
        for name, states in sources:
            for value, state in states.items():
                news |= Domain(name, "=", value) & Domain("supplier_sefaz_state", "!=", state)
        return news
