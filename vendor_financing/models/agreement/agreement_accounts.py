from ast import literal_eval

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

ACCOUNTANTS = ("account.group_account_user", "account.group_account_manager")
BOOKED = ("account.account", "account.journal")
# Where something of open contracts is left to be settled; expenses and income are not.
KEPT = (
    "bank_account_id",
    "deferred_cost_account_id",
    "deferred_income_account_id",
    "equalization_payable_account_id",
    "journal_id",
    "vendor_account_id",
)
OPEN_STATES = ("effective", "partially_settled")


class VendorFinancingAgreement(models.Model):
    """Where the entries of an agreement are booked: chosen by accountants, kept while they live.

    Locks and proofs believe these accounts: with another one an item could be taken for the bank's.
    """

    _inherit = "vendor.financing.agreement"

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

    def write(self, vals):
        for name in self._get_booking_fields():
            if name in vals:
                changed = self.filtered(lambda one, name=name: one[name].id != vals[name])
                changed._check_booking_free(name)
        if not vals.get("active", True):
            self.filtered("active")._check_no_open_contract()
        return super().write(vals)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_no_open_contract(self):
        """Refuse to archive agreements under which something is open at the bank.

        :raise UserError: naming the first one and up to five of its contracts
        """
        for agreement in self:
            if living := agreement._get_living_on(KEPT[0]):
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s stays while %(contracts)s are open. For new "
                        "contracts enter the last day under Valid Until, or make another "
                        "agreement.",
                        agreement=agreement.name,
                        contracts=", ".join(living),
                    )
                )

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
                if chosen and (living or agreement.active):
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
        """Return the names of up to five open contracts that are booked on an account."""
        self.ensure_one()
        if name not in KEPT:
            return []
        contracts = self.env["vendor.financing.contract"].sudo()
        living = contracts.search(
            [("agreement_id", "=", self.id), ("state", "in", OPEN_STATES)], limit=5
        )
        return living.mapped("display_name")
