from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.worth import filter_posted_by_hand, leave_unchanged_out, posting


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["vendor.financing.abstract.guard", "account.move"]
    _has_figures = True

    is_vendor = fields.Boolean(
        string="In vendor financing",
        compute="_compute_is_vendor",
        search="_search_is_vendor",
        help="A customer invoice whose bearer has the charge type Vendor.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, SEARCH METHODS
    # -------------------------------------------------------------------------

    def _compute_amount(self):
        """Protect what is computed: the host calls this for edited taxes, too, as its user."""
        with self.env.protecting(self.pool.field_computed[self._fields["amount_total"]], self):
            return super()._compute_amount()

    @api.depends("move_type", "preferred_payment_method_line_id")
    def _compute_is_vendor(self):
        """Recognise a Vendor invoice by its bearer, which credit notes only inherit."""
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        for move in self:
            move.is_vendor = (
                move.move_type == "out_invoice"
                and move.preferred_payment_method_line_id.id in vendor_ids
            )

    @api.model
    def _search_is_vendor(self, operator, value):
        if operator != "in":
            return NotImplemented
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        return Domain("move_type", "=", "out_invoice") & Domain(
            "preferred_payment_method_line_id", "in", list(vendor_ids)
        )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("preferred_payment_method_line_id", "company_id")
    def _check_vendor_bearer_company(self):
        """Refuse another company's Vendor bearer; the host does not check this field."""
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        for move in self:
            bearer = move.preferred_payment_method_line_id.sudo()
            if bearer.id not in vendor_ids or bearer.company_id in move.company_id.parent_ids:
                continue
            raise ValidationError(
                self.env._(
                    "The bearer %(bearer)s belongs to %(bearer_company)s, the invoice "
                    "%(invoice)s to %(company)s. Choose a bearer of %(company)s.",
                    bearer=bearer.display_name,
                    bearer_company=bearer.company_id.display_name,
                    invoice=move.display_name,
                    company=move.company_id.display_name,
                )
            )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # The host refuses that in values only, and not in defaults, also of its own superuser.
        moves.filtered(lambda move: move.state == "posted")._check_vendor_posted_by_host()
        # Who creates an invoice of an order is told at once, and not who posts it later.
        moves.filtered("vendor_order_id")._check_vendor_amount_approved()
        return moves

    def write(self, vals):
        by_hand = filter_posted_by_hand(self, vals)
        self._check_financing_unchanged(vals)
        vals = leave_unchanged_out(self, vals, lambda move: move._has_vendor_lock())
        outside = self._filter_outside_vendor(vals)
        result = super().write(vals)
        outside._check_vendor_entered()
        by_hand._check_vendor_posted_by_host()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        self._check_vendor_approved()
        with posting():
            return super()._post(soft)

    def _check_vendor_posted_by_host(self):
        """Refuse what somebody posted by its state, past all that the host checks.

        Asked of no document that the host's own method posts: it costs others a query.

        :raise UserError: naming the documents in vendor financing among these
        """
        self.filtered(
            lambda move: move._has_vendor_mark()
            or move.sudo().line_ids.sale_line_ids.order_id.filtered("is_vendor")
        )._refuse_vendor_financing_posting()

    def _has_vendor_mark(self):
        """Return whether this is in vendor financing, or was, or made for it; costs no query."""
        self.ensure_one()
        return bool(
            self.is_vendor
            or self.vendor_order_id
            or self.vendor_operation_id
            or self.vendor_financing_state
        )
