from ast import literal_eval

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

ACCOUNTANTS = ("account.group_account_user", "account.group_account_manager")
BOOKED = ("account.account", "account.journal")


class SupplierCreditAgreement(models.Model):
    """Where the entries of an agreement are booked: chosen by accountants, kept while they live.

    Locks and proofs believe these accounts: with another one an item could be taken for the bank's.
    """

    _inherit = "supplier.credit.agreement"

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains(lambda self: self._get_booking_fields())
    def _check_accounts_fit(self):
        """Refuse accounts and journals that the screen does not offer."""
        for agreement in self.sudo():
            for name in agreement._get_booking_fields():
                field, chosen = agreement._fields[name], agreement[name]
                domain = Domain(literal_eval(field.domain or "[]"))
                if not chosen or chosen.filtered_domain(domain):
                    continue
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s: %(chosen)s cannot be %(field)s, it is of another "
                        "type. Choose one of those that the screen offers.",
                        agreement=agreement.name,
                        chosen=chosen.display_name,
                        field=field._description_string(self.env),
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(values.get(name) for values in vals_list for name in self._get_booking_fields()):
            self._check_may_book()
        return super().create(vals_list)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_booking_kept(self, vals):
        """Refuse values that change accounts or journals, as `_check_booking_free`."""
        for name in self._get_booking_fields():
            if name in vals:
                changed = self.filtered(lambda one, name=name: one[name].id != vals[name])
                changed._check_booking_free(name)

    @api.model
    def _check_booked_kept(self, booked):
        """Refuse to archive accounts or journals of agreements, or to give them another meaning.

        They stay while an agreement that names them is active, or something that is booked there
        is open.

        :param booked: account.account or account.journal, of which values would change that
        :raise UserError: naming the agreement, what it books there, and what is open
        """
        names = [
            name
            for name in self._get_booking_fields()
            if booked and self._fields[name].comodel_name == booked._name
        ]
        if not names:
            return
        agreements = self.sudo().with_context(active_test=False)
        for agreement in agreements.search(Domain.OR([(name, "in", booked.ids)] for name in names)):
            for name in names:
                chosen = agreement[name] & booked
                living = agreement._get_living_on(name) if chosen else []
                if chosen and (living or agreement.enabled):
                    agreement._refuse_rebooking(name, chosen, living)

    def _refuse_rebooking(self, name, chosen, living):
        """Refuse as `_check_booked_kept`."""
        reason = self.env._("is active")
        if living:
            reason = self.env._("has %(documents)s open", documents=", ".join(living))
        raise UserError(
            self.env._(
                "%(booked)s is “%(field)s” of agreement %(agreement)s, which %(reason)s. It can "
                "neither be archived nor get another type, currency or reconciliation. Choose "
                "another one on the agreement first.",
                booked=chosen.display_name,
                field=self._fields[name]._description_string(self.env),
                agreement=self.name,
                reason=reason,
            )
        )

    @api.model
    def _get_booking_fields(self):
        """Return the names of the fields that name an account or a journal."""
        return [
            name
            for name, field in self._fields.items()
            if field.type == "many2one" and field.store and field.comodel_name in BOOKED
        ]

    def _check_may_book(self):
        """Refuse users without accounting rights.

        :raise AccessError: saying who may
        """
        if not self.env.su and not any(map(self.env.user.has_group, ACCOUNTANTS)):
            raise AccessError(
                self.env._(
                    "Accounts and journals of an agreement are chosen by accountants: with other "
                    "ones, entries that exist would be taken for something else. Ask one."
                )
            )

    def _check_booking_free(self, name):
        """Refuse to change an account or journal, without accounting rights or while it is used.

        :param name: of the field
        :raise AccessError: as `_check_may_book`
        :raise UserError: naming the agreement and what lives
        """
        if not self:
            return
        self.check_access("write")
        self._check_may_book()
        for agreement in self.filtered(name):
            if living := agreement._get_living_on(name):
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s: %(field)s stays while %(documents)s are open, "
                        "which are booked there. Make another agreement for new ones, or settle "
                        "these first.",
                        agreement=agreement.name,
                        field=agreement._fields[name]._description_string(self.env),
                        documents=", ".join(living),
                    )
                )

    def _get_living_on(self, name):
        """Return the names of up to five entries with items that are open on an account."""
        self.ensure_one()
        field = self._fields[name]
        if field.comodel_name != "account.account":
            return []
        made_here = Domain("move_id.is_supplier_entry", "=", True) | Domain(
            "move_id.supplier_settlement_id", "!=", False
        )
        items = self.env["account.move.line"].sudo()
        living = items.search(
            made_here
            & Domain("company_id", "=", self.company_id.id)
            & Domain("account_id", "=", self[name].id)
            & Domain("account_id.reconcile", "=", True)
            & Domain("reconciled", "=", False)
            & Domain("parent_state", "=", "posted"),
            limit=5,
        )
        return living.move_id.mapped("display_name")
