import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...const import MANAGER_GROUP


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
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_authorised(self):
        authorised = self.filtered(
            lambda move: move.supplier_nfe_key and move.move_type == "out_invoice"
        )
        if authorised:
            raise UserError(
                self.env._(
                    "%(invoices)s cannot be deleted: SEFAZ authorised the NF-e, whose file is kept "
                    "here. Cancel the invoice instead.",
                    invoices=", ".join(authorised.mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_nfe_upload(self):
        """Open the wizard that uploads the authorised XML of this invoice."""
        self.ensure_one()
        self.check_access("write")
        return self.env["supplier.credit.nfe.upload"]._get_records_action(
            name=self.env._("Upload NF-e"), target="new", context={"default_invoice_id": self.id}
        )

    def action_open_nfe_uploads(self):
        """Open the wizard that uploads many files and finds the invoice of each, among these."""
        self.check_access("write")
        return self.env["supplier.credit.nfe.upload"]._get_records_action(
            name=self.env._("Upload NF-e"), target="new", context={"default_invoice_ids": self.ids}
        )

    # -------------------------------------------------------------------------
    # UPLOAD
    # -------------------------------------------------------------------------

    def _attach_nfe(self, content, take_number=False, confirmed=False):
        """Apply a file of SEFAZ to this invoice, after all checks.

        With an authorised NF-e, a draft invoice gets the NF-e's number and date, and an invoice
        that is ready is registered at Supplier. With a registered cancellation, the state changes.

        :param content: a procNFe or the procEventoNFe of its cancellation, bytes
        :param take_number: whether a posted invoice gets the NF-e's number, too
        :param confirmed: whether the user wants a cancelled sale cancelled at Supplier, too
        :return: a text about what was done
        :raise UserError: naming all differences; nothing is changed
        """
        self.ensure_one()
        self.check_access("write")
        file = self._parse_nfe(content)
        if not file.nfe:
            return self._attach_nfe_cancellation(file.cancellation, content, confirmed)
        if file.cancellation:
            self._keep_enclosed_cancellation(file.cancellation, content)
        self._check_nfe_applicable(file.nfe, take_number)
        return self._apply_nfe(file.nfe, content)

    def _keep_enclosed_cancellation(self, cancellation, content):
        """Keep the cancellation in an NF-e's own file, unless production cannot believe it.

        An NF-e with a cancellation in its file is not sold either way.
        """
        problem = self._get_unproved_cancellation(cancellation)
        if problem and self._is_supplier_production():
            raise UserError(
                self.env._(
                    "The file holds an NF-e and a cancellation of it that proves nothing: "
                    "%(problem)s. Upload the original procNFe. Nothing was changed.",
                    problem=problem,
                )
            )
        self.env["supplier.credit.nfe.cancellation"]._keep(self.company_id, cancellation, content)

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
        done += self._apply_nfe_date(nfe) + self._apply_nfe_rounding(nfe)
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
        if known := self._find_nfe_cancellation(nfe.key):
            # Only a posted invoice comes so far: it is the one that was cancelled.
            self._show_nfe_cancelled(known)
            done += self._describe_nfe_cancellation(known)
        done += self._describe_nfe_warnings(nfe) + self._describe_nfe_doubts(nfe)
        self.message_post(body=" ".join(done))
        self._register_supplier_transactions()
        return " ".join(done)

    def _apply_nfe_date(self, nfe):
        """Give a draft the day of its NF-e, from which its payment terms count.

        :return: a list of texts about what was changed
        """
        if self.state != "draft" or self._is_issued_by_customer(nfe):
            return []
        if self.invoice_date == nfe.issue_date:
            return []
        self.sudo().invoice_date = nfe.issue_date
        return [
            self.env._(
                "The invoice is dated %(date)s, as its NF-e.",
                date=format_date(self.env, nfe.issue_date),
            )
        ]

    # -------------------------------------------------------------------------
    # WHAT THE USER SHOULD KNOW
    # -------------------------------------------------------------------------

    def _describe_nfe_warnings(self, nfe):
        """Return what is unusual about an NF-e that can be used, as texts."""
        if not self._filter_supplier_credit():
            return []
        warnings = []
        if nfe.has_instalments:
            warnings.append(
                self.env._(
                    "Mind that its XML carries instalments (cobr/dup). The DANFE hides them, but "
                    "whoever is given the XML reads due dates and amounts that are not Supplier's."
                )
            )
        if nfe.is_bonus:
            warnings.append(
                self.env._(
                    "Mind that it says that the goods are given away (CFOP x910, or payment 90): "
                    "Supplier would charge the customer for them. If that is wrong, cancel the "
                    "NF-e and issue another one."
                )
            )
        return warnings

    def _describe_nfe_doubts(self, document):
        """Return what does not prove a file, but does not keep it from being used, as texts.

        :param document: an Nfe or NfeCancellation
        """
        doubts = [
            self.env._(
                "In production this file would be refused: %(problem)s",
                problem=self._describe_nfe_problem(problem),
            )
            for problem in document.proof_problems
        ]
        if problem := document.layout_problem:
            doubts.append(
                self.env._(
                    "Its layout is of another release than the one known here (line %(line)s, "
                    "element %(element)s). What is read of it was checked one by one.",
                    **problem.values,
                )
            )
        return doubts
