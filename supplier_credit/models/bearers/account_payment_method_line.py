from odoo import api, fields, models, tools
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...const import MANAGER_GROUP, SUPPLIER_CODE
from ...tools.bearer import make_selectable

# What decides whether the documents of a bearer are on Supplier's credit, and under which
# agreement. `active` is a field of other addons' only.
ROLE_FIELDS = ("payment_method_id", "supplier_agreement_id", "active")
# Where a bearer's money goes, and who charges it. Its name is anybody's.
PARAMETERS = ("journal_id", "payment_account_id", "payment_provider_id")

# The host's charge type that charges nothing by itself.
MANUAL = "manual"


class AccountPaymentMethodLine(models.Model):
    """Bearer (Portador). Seed 001, "Identificação de Vendas Supplier"."""

    _name = "account.payment.method.line"
    _inherit = ["supplier.credit.abstract.guard", "account.payment.method.line"]

    supplier_agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        check_company=True,
        index="btree_not_null",
        written_by="manager",
        help="The contract that sales with this bearer belong to. Left empty, the company's only "
        "active agreement is used.",
    )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("supplier_agreement_id", "journal_id")
    def _check_supplier_agreement_company(self):
        for line in self:
            agreement = line.sudo().supplier_agreement_id
            if agreement and line.company_id and agreement.company_id != line.company_id:
                raise ValidationError(
                    self.env._(
                        "Bearer %(bearer)s belongs to %(company)s, agreement %(agreement)s to "
                        "%(other)s. Choose an agreement of the bearer's company.",
                        bearer=line.display_name,
                        company=line.company_id.display_name,
                        agreement=agreement.name,
                        other=agreement.company_id.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        bearers = lines.filtered(lambda line: line.code == SUPPLIER_CODE)
        if bearers:
            self._clear_bearer_cache()
            make_selectable(bearers)
        return lines

    def write(self, vals):
        changed = self._filter_changed(vals, ROLE_FIELDS)
        (changed | self._filter_changed(vals, PARAMETERS))._check_supplier_manager()
        if "journal_id" in vals:
            self._filter_supplier()._check_supplier_company_kept(vals["journal_id"])
        if "payment_method_id" in vals or "active" in vals:
            changed._check_no_live_reservation()
        former_agreements = changed._get_noted_agreements()
        result = super().write(vals)
        if "journal_id" in vals:
            # The host looks at a company before the write only.
            self._filter_supplier().check_access("write")
        if "payment_method_id" in vals:
            self._clear_bearer_cache()
            # A manager may end a bearer, and not make of it what others collect by.
            self.filtered(lambda line: line.code != MANUAL).check_access("write")
        changed._note_role_change(former_agreements, vals)
        return result

    def unlink(self):
        bearers = self._filter_supplier()
        bearers._check_supplier_manager()
        bearers._note_deletion()
        result = super().unlink()
        if bearers:
            self._clear_bearer_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_live_reservation(self):
        self._check_no_live_reservation()

    # -------------------------------------------------------------------------
    # RECOGNITION
    # -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_supplier_bearer_ids(self):
        """Return the ids of all bearers with charge type Supplier, of every company.

        Cached in the process, so that recognising a document costs no query.

        :rtype: frozenset[int]
        """
        bearers = self.sudo().with_context(active_test=False)
        return frozenset(bearers.search([("payment_method_id.code", "=", SUPPLIER_CODE)]).ids)

    @api.model
    def _clear_bearer_cache(self):
        """Have the bearers read again: here at once, by other threads after the commit.

        A thread that reads in between sees the bearers as they were, and must not keep them so.
        """
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    # -------------------------------------------------------------------------
    # GUARD
    # -------------------------------------------------------------------------

    def _filter_changed(self, vals, names):
        """Return the Supplier bearers for which these values change one of the named fields."""
        names = [name for name in names if name in vals and name in self._fields]
        if not names:
            return self.browse()
        return self._filter_supplier().filtered(
            lambda line: any(
                line._convert_to_write({name: line[name]})[name] != (vals[name] or False)
                for name in names
            )
        )

    def _check_supplier_manager(self):
        """Let only managers take these bearers out of Supplier's flow.

        The host lets every invoicing user change payment method lines; without its bearer an
        order passes the gate.

        :raise AccessError: for all but managers of Supplier Credit and system administrators
        """
        user = self.env.user
        if not self or self.env.su or user.has_group(MANAGER_GROUP) or user._is_system():
            return
        raise AccessError(
            self.env._(
                "Bearer %(bearer)s has charge type Supplier: only a manager of Supplier Credit may "
                "change its charge type or agreement, archive or delete it. Ask a manager, or "
                "choose another bearer on the order or invoice.",
                bearer=", ".join(self.mapped("display_name")),
            )
        )

    def _check_supplier_company_kept(self, journal_id):
        """Refuse to move these bearers to another company than that of their documents.

        One that was removed from its journal has no company of its own, and keeps its documents.

        :param journal_id: of the journal that they are moved to, or False
        :raise UserError: naming the bearer and its company
        """
        company = self.env["account.journal"].sudo().browse(journal_id or ()).company_id
        for line in self.sudo() if company else ():
            own = line.company_id or line._find_supplier_foreign_company(company)
            if own and own != company:
                raise UserError(
                    self.env._(
                        "Bearer %(bearer)s belongs to %(company)s and stays there. Choose a "
                        "journal of %(company)s, or create another bearer.",
                        bearer=line.display_name,
                        company=own.display_name,
                    )
                )

    def _find_supplier_foreign_company(self, company):
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

    def _get_noted_agreements(self):
        """Return a dict from each of these bearers to the agreements that its changes are noted on.

        Empty while the addon is uninstalled.
        """
        if self.env.context.get(MODULE_UNINSTALL_FLAG):
            return {}
        return {line: line._find_supplier_agreements(line.company_id) for line in self}

    def _note_role_change(self, former_agreements, vals):
        """Note on the agreements who changed the role of these bearers, and how.

        :param former_agreements: `_get_noted_agreements` before the change
        :param vals: the values that were written
        """
        for line, agreements in former_agreements.items():
            changes = []
            if "payment_method_id" in vals:
                changes.append(
                    self.env._(
                        "its charge type is %(method)s now",
                        method=line.payment_method_id.display_name,
                    )
                )
            if "supplier_agreement_id" in vals:
                changes.append(
                    self.env._(
                        "its agreement is %(agreement)s now",
                        agreement=line.sudo().supplier_agreement_id.name or "-",
                    )
                )
            if "active" in vals:
                changes.append(
                    self.env._("it was restored")
                    if vals["active"]
                    else self.env._("it was archived")
                )
            (agreements | line.sudo().supplier_agreement_id)._post_bearer_note(
                self.env._(
                    "%(user)s changed bearer %(bearer)s: %(changes)s.",
                    user=self.env.user.name,
                    bearer=line.display_name,
                    changes="; ".join(changes),
                )
            )

    def _note_deletion(self):
        """Note on the agreements who deletes these bearers."""
        for line, agreements in self._get_noted_agreements().items():
            agreements._post_bearer_note(
                self.env._(
                    "%(user)s deleted bearer %(bearer)s. Orders and invoices that had it are no "
                    "longer on Supplier's credit.",
                    user=self.env.user.name,
                    bearer=line.display_name,
                )
            )

    def _check_no_live_reservation(self):
        """Refuse to remove a bearer from orders that have credit reserved through it.

        :raise UserError: naming the bearer and the order
        """
        ours = self._filter_supplier()
        if not ours:
            return
        reservations = self.env["supplier.credit.preauthorization"].sudo()
        used = reservations.search(
            [
                *reservations._get_live_domain(),
                ("order_id.preferred_payment_method_line_id", "in", ours.ids),
            ],
            limit=1,
        )
        if used:
            raise UserError(
                self.env._(
                    "Bearer %(bearer)s can neither be deleted nor change its charge type: order "
                    "%(order)s has credit reserved at Supplier through it. Choose another bearer "
                    "on the order first.",
                    bearer=used.order_id.preferred_payment_method_line_id.display_name,
                    order=used.order_number,
                )
            )

    # -------------------------------------------------------------------------
    # AGREEMENT
    # -------------------------------------------------------------------------

    def _filter_supplier(self):
        """Return the bearers that put a document on Supplier's credit."""
        ours = self._get_supplier_bearer_ids() if self else ()
        return self.filtered(lambda line: line.id in ours)

    def _find_supplier_agreements(self, company):
        """Return this bearer's agreement, or the company's active ones if it names none."""
        agreements = self.sudo().supplier_agreement_id
        if agreements:
            return agreements
        return agreements.search([("company_id", "=", company.id), ("enabled", "=", True)])

    def _get_supplier_agreement(self, company):
        """Return the enabled agreement that documents of this bearer belong to.

        :raise ValidationError: when there is none, or several without a choice
        """
        self.ensure_one()
        agreements = self._find_supplier_agreements(company)
        if len(agreements) > 1:
            raise ValidationError(
                self.env._(
                    "Bearer %(bearer)s does not say which of the agreements with Supplier it "
                    "belongs to (%(agreements)s). Choose one on the bearer.",
                    bearer=self.display_name,
                    agreements=", ".join(agreements.mapped("name")),
                )
            )
        if not agreements.enabled:
            raise ValidationError(
                self.env._(
                    "Bearer %(bearer)s has no active agreement with Supplier in %(company)s. Ask a "
                    "manager to set one up under Supplier > Configuration > Agreements.",
                    bearer=self.display_name,
                    company=company.display_name,
                )
            )
        return agreements
