from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ...const import SUPPLIER_CODE


class AccountPaymentMethodLine(models.Model):
    """Bearer (Portador). Seed 001, "Identificação de Vendas Supplier"."""

    _inherit = "account.payment.method.line"

    supplier_agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        check_company=True,
        index="btree_not_null",
        help="The contract that sales with this bearer belong to. Left empty, the company's only "
        "active agreement is taken.",
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
        if any(line.code == SUPPLIER_CODE for line in lines):
            self.env.registry.clear_cache()
        return lines

    def write(self, vals):
        if "payment_method_id" not in vals:
            return super().write(vals)
        self.filtered(
            lambda line: line.payment_method_id.id != vals["payment_method_id"]
        )._check_no_live_reservation()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        ours = self._filter_supplier()
        result = super().unlink()
        if ours:
            self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_live_reservation(self):
        self._check_no_live_reservation()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _supplier_line_ids(self):
        """Return the ids of all bearers with charge type Supplier, of every company.

        Cached in the process, so that documents that are not ours are told apart without a query.
        """
        return frozenset(self.sudo().search([("payment_method_id.code", "=", SUPPLIER_CODE)]).ids)

    def _check_no_live_reservation(self):
        """Refuse to take a bearer away from under orders that have credit reserved through it."""
        ours = self._filter_supplier()
        if not ours:
            return
        reservations = self.env["supplier.credit.preauthorization"].sudo()
        used = reservations.search(
            [
                *reservations._live_domain(),
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

    def _filter_supplier(self):
        """Return the bearers that bring a document into Supplier's flow."""
        ours = self._supplier_line_ids() if self else ()
        return self.filtered(lambda line: line.id in ours)

    def _find_supplier_agreements(self, company):
        """Return this bearer's agreement; if it names none, the company's active ones."""
        agreements = self.sudo().supplier_agreement_id
        if agreements:
            return agreements
        return agreements.search([("company_id", "=", company.id), ("enabled", "=", True)])

    def _get_supplier_agreement(self, company):
        """Return the enabled agreement that documents of this bearer belong to.

        :raise ValidationError: when there is none, or none can be told from several
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
