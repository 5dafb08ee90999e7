import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Days after the date of an invoice in which its sources are read. SEFAZ accepts cancellations
# within 24 hours, late ones within some weeks.
WATCHED_DAYS = 90
# Decisions of SEFAZ; the other states are attempts to get one.
DECIDED = ("authorised", "denied", "cancelled")
# OCA: l10n_br_fiscal, `state_edoc` of the fiscal document. A document that is being edited
# (em_digitacao) has no state here; a voided number (inutilizada) is no sale.
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
# Writing one of these on an invoice may change the state of its NF-e.
SOURCE_FIELDS = {
    "fiscal_document_id",
    "state_edoc",
    "l10n_br_last_edi_status",
    "l10n_br_edi_xml_attachment_file",
}


class AccountMove(models.Model):
    """SEFAZ's state of an invoice's NF-e, whoever issued it. Seed 001, "Faturamento", 1.

    Three sources are read in this order: OCA's fiscal document, Odoo Enterprise's electronic
    invoicing, the uploaded XML. None is required; the first two are recognised by their fields.
    """

    _inherit = "account.move"

    # none → waiting → authorised → cancelled      (empty means none: a column of a host's table)
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
        help="Read from the installed electronic invoicing, or from the uploaded XML.",
    )
    supplier_nfe_problem = fields.Text(
        string="Problem of the NF-e",
        readonly=True,
        copy=False,
        help="Why the NF-e that SEFAZ authorised could not be applied, and what to do.",
    )

    _supplier_nfe_problem_idx = models.Index(
        "(id) WHERE supplier_nfe_problem IS NOT NULL"
        " OR supplier_sefaz_state IN ('rejected', 'denied')"
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_refresh_sefaz_state(self):
        """Read the state of these invoices' NF-e from the installed electronic invoicing."""
        self.check_access("write")
        self._filter_supplier_credit()._refresh_sefaz_state()
        return True

    # -------------------------------------------------------------------------
    # SOURCES
    # -------------------------------------------------------------------------

    def _find_sefaz_state(self):
        """Return the SEFAZ state of this invoice's NF-e, a value of `supplier_sefaz_state`.

        The first source with a decision of SEFAZ counts. An uploaded XML is a decision, so it goes
        before an attempt that is under way or was rejected. A registered cancellation of the
        invoice's NF-e is final.
        """
        self.ensure_one()
        if self.supplier_nfe_cancellation:
            return "cancelled"
        source = self._find_source_state()
        if source in DECIDED:
            return source
        return self._read_sefaz_upload() or source or "none"

    def _find_source_state(self):
        """Return the state by the installed electronic invoicing, False without one."""
        states = [self._read_sefaz_oca(), self._read_sefaz_enterprise()]
        decided = [state for state in states if state in DECIDED]
        return next(filter(None, decided + states), False)

    def _read_sefaz_oca(self):
        """Return the state by OCA's fiscal document, False without one."""
        document = self._get_oca_document()
        return OCA_STATES.get(document.state_edoc, False) if document else False

    def _read_sefaz_enterprise(self):
        """Return the state by Odoo Enterprise's electronic invoicing, False without it."""
        if "l10n_br_last_edi_status" not in self._fields:
            return False
        return ENTERPRISE_STATES.get(self.l10n_br_last_edi_status, False)

    def _read_sefaz_upload(self):
        """Return the state by the uploaded XML, False without one."""
        return "authorised" if self.supplier_nfe_key else False

    def _get_source_file(self):
        """Return the authorised XML of the installed electronic invoicing, None without one."""
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
        """Update the SEFAZ state of these documents from their sources.

        An authorised NF-e is applied with the same checks as an upload, and sent. If that fails,
        the reason is shown and nothing is raised: SEFAZ's answer, which may be written in the same
        transaction, must not be lost.
        """
        for move in self.sudo():
            state = move._find_sefaz_state()
            if state == (move.supplier_sefaz_state or "none"):
                continue
            if state == "authorised":
                move._apply_nfe_of_source()
            else:
                move._show_sefaz_state(state, move._describe_cancelled_alone(state))

    def _apply_nfe_of_source(self):
        try:
            with self.env.cr.savepoint():
                content = self._get_source_file()
                if not content:
                    raise UserError(
                        self.env._(
                            "SEFAZ authorised the NF-e of %(invoice)s, but its XML is not "
                            "available yet. It is read when it comes; or use Upload NF-e.",
                            invoice=self.display_name,
                        )
                    )
                self._attach_nfe(content)
        except UserError as error:
            self._show_sefaz_state("waiting", str(error))

    def _describe_cancelled_alone(self, state):
        """Return what to do where the NF-e ended before Supplier had the sale, or False."""
        if state != "cancelled" or self.state != "posted" or self._filter_registered_at_supplier():
            return False
        return self.env._(
            "The NF-e of %(invoice)s was cancelled, or its number voided, and Supplier does not "
            "have the sale. Cancel the invoice: what is reserved for it is free then.",
            invoice=self.display_name,
        )

    def _show_sefaz_state(self, state, problem=False):
        if (self.supplier_sefaz_state, self.supplier_nfe_problem) == (state, problem):
            return
        labels = dict(self._fields["supplier_sefaz_state"]._description_selection(self.env))
        note = problem or self.env._("SEFAZ state of the NF-e: %(state)s.", state=labels[state])
        self.write({"supplier_sefaz_state": state, "supplier_nfe_problem": problem})
        self.message_post(body=note)

    @api.model
    def _cron_refresh_sefaz_states(self):
        """Update the invoices whose source has another state.

        Their sources tell them at once; this finds what was said while this addon was not there.
        A file that could not be applied is not read again until it changes, or somebody asks for
        it. Without OCA's and Odoo Enterprise's modules this costs no query.
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
            & Domain("supplier_nfe_problem", "=", False)
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
        """Return the domain of the invoices whose state differs from that of their source."""
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
