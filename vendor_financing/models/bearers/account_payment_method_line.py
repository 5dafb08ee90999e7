from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...const import OPEN_PAYMENT_STATES, VENDOR_METHOD_CODE
from ...tools.bearer import make_selectable

# The host's charge type that charges nothing by itself.
MANUAL = "manual"


class AccountPaymentMethodLine(models.Model):
    """Bearer (Portador); of the charge type Vendor it puts a document into vendor financing."""

    _inherit = "account.payment.method.line"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        bearers = lines.filtered(lambda line: line.code == VENDOR_METHOD_CODE)
        if bearers:
            bearers._check_vendor_manager()
            self._clear_vendor_bearer_ids()
            make_selectable(bearers)
        return lines

    def write(self, vals):
        self._filter_vendor_bearers()._check_vendor_manager()
        if "journal_id" in vals:
            self._filter_vendor_bearers()._check_vendor_company_kept(vals["journal_id"])
        if "payment_method_id" not in vals:
            result = super().write(vals)
            if "journal_id" in vals:
                # The host looks at a company before the write only.
                self._filter_vendor_bearers().check_access("write")
            return result
        method = self.env["account.payment.method"].browse(vals["payment_method_id"])
        if method.code != VENDOR_METHOD_CODE:
            self._filter_vendor_bearers()._check_vendor_unused()
        result = super().write(vals)
        self._clear_vendor_bearer_ids()
        self._filter_vendor_bearers()._check_vendor_manager()
        # A manager may end a bearer, and not make of it what others collect by.
        self.filtered(lambda line: line.code != MANUAL).check_access("write")
        return result

    def unlink(self):
        bearers = self._filter_vendor_bearers()
        bearers._check_vendor_manager()
        result = super().unlink()
        if bearers:
            self._clear_vendor_bearer_ids()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_vendor_in_use(self):
        self._filter_vendor_bearers()._check_vendor_unused()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_vendor_bearer_ids(self):
        """Return the ids of the Vendor bearers of all companies.

        Cached per database, so recognising a document costs no query; creating, changing or
        deleting a bearer empties the cache.

        :rtype: frozenset[int]
        """
        return frozenset(
            self.sudo().search([("payment_method_id.code", "=", VENDOR_METHOD_CODE)]).ids
        )

    def _clear_vendor_bearer_ids(self):
        """Clear the cached Vendor bearers: now, and once other transactions see the change.

        Until the commit another thread may read, and cache, the former bearers.
        """
        registry = self.env.registry
        registry.clear_cache()
        self.env.cr.postcommit.add(registry.clear_cache)

    def _filter_vendor_bearers(self):
        """Return the lines of this recordset that are Vendor bearers."""
        vendor_ids = self._get_vendor_bearer_ids()
        return self.filtered(lambda line: line.id in vendor_ids)

    def _check_vendor_manager(self):
        """Refuse changes of Vendor bearers by users who are not managers.

        The host lets every invoicing user change payment method lines; a Vendor bearer is a
        parameter that decides who pays an invoice.

        :raise AccessError: if the user is not a manager of Vendor financing
        """
        if not self or self.env.su:
            return
        if not self.env.user.has_group("vendor_financing.vendor_financing_group_manager"):
            raise AccessError(
                self.env._(
                    "The bearer %(bearer)s has the charge type Vendor: only a manager of Vendor "
                    "financing creates, changes or deletes it. Ask a manager, or choose another "
                    "charge type.",
                    bearer=", ".join(self.mapped("display_name")),
                )
            )

    def _check_vendor_company_kept(self, journal_id):
        """Refuse to move these bearers to another company than that of their documents.

        One that was removed from its journal has no company of its own, and keeps its documents.

        :param journal_id: of the journal that they are moved to, or False
        :raise UserError: naming the bearer and its company
        """
        company = self.env["account.journal"].sudo().browse(journal_id or ()).company_id
        for line in self.sudo() if company else ():
            own = line.company_id or line._find_vendor_foreign_company(company)
            if own and own != company:
                raise UserError(
                    self.env._(
                        "The bearer %(bearer)s belongs to %(company)s and stays there. Choose a "
                        "journal of %(company)s, or create another bearer.",
                        bearer=line.display_name,
                        company=own.display_name,
                    )
                )

    def _find_vendor_foreign_company(self, company):
        """Return the company of a document with this bearer that another company could not have.

        Branches have the bearers of their parents.
        """
        of_others = Domain("preferred_payment_method_line_id", "=", self.id) & ~Domain(
            "company_id", "child_of", company.ids
        )
        for name in ("sale.order", "account.move"):
            if document := self.env[name].sudo().search(of_others, limit=1):
                return document.company_id
        return company.browse()

    def _check_vendor_unused(self):
        """Refuse to remove bearers that open documents use.

        Deleting a bearer clears it on its documents without a trace, and an invoice would
        leave the pending list unnoticed.

        :raise UserError: if an invoice to be paid, a draft invoice or an order that is not
            fully invoiced has one of these bearers
        """
        if not self:
            return
        of_bearers = Domain("preferred_payment_method_line_id", "in", self.ids)
        open_invoices = Domain("move_type", "=", "out_invoice") & (
            Domain("state", "=", "draft")
            | (Domain("state", "=", "posted") & Domain("payment_state", "in", OPEN_PAYMENT_STATES))
        )
        open_orders = Domain("state", "!=", "cancel") & Domain("invoice_status", "!=", "invoiced")
        document = self.env["account.move"].sudo().search(
            of_bearers & open_invoices, limit=1
        ) or self.env["sale.order"].sudo().search(of_bearers & open_orders, limit=1)
        if document:
            raise UserError(
                self.env._(
                    "The bearer %(bearer)s is still used by %(document)s. Choose another bearer "
                    "on its open orders and invoices first, then try again.",
                    bearer=document.preferred_payment_method_line_id.display_name,
                    document=document.display_name,
                )
            )
