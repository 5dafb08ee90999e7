import secrets

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, ormcache

from ...const import LIVE_STATES, MANAGER, METHOD_OF_CHARGE
from ...tools.worth import (
    OPEN_ENTRY_FIELDS,
    OPEN_MOVE_FIELDS,
    filter_kept_changed,
    filter_worth_changed,
    securing,
)

# The due date may be changed: the provider is told. So may a client's own reference.
OPEN_FATURA_FIELDS = OPEN_MOVE_FIELDS | {"invoice_date_due", "payment_reference", "ref"}
# Which month a fatura bills, and whether it is the month's only one.
REFERENCE = frozenset({"reference_month", "reference_year", "is_one_off_fatura"})


class AccountMove(models.Model):
    """The charge of a fatura: queued when it is posted, changed and cancelled with it."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        for move in self._filter_ever_charged():
            raise UserError(
                self.env._(
                    "%(fatura)s has a charge at the provider, which its client may still pay: the "
                    "boleto may be printed. Cancel the fatura instead of deleting it.",
                    fatura=move.display_name,
                )
            )
        self._check_refund_notes_kept()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def button_cancel_fatura(self):
        """Cancel posted faturas, and their charges at the provider.

        :raise UserError: naming the one of which something is paid
        """
        self.check_access("write")
        self._release_client_credit()
        for move in self:
            if move.currency_id.compare_amounts(move.amount_residual, move.amount_total):
                raise UserError(
                    self.env._(
                        "%(fatura)s is paid in part. Refund it, or make a credit note.",
                        fatura=move.display_name,
                    )
                )
        self.button_draft()
        self.button_cancel()
        return True

    def action_give_up_charge(self):
        """Cancel the charges of these faturas that the provider does not know.

        :raise AccessError: for users who are no managers
        :raise UserError: naming a fatura whose charge the provider knows
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a manager of Subscription control may give up a charge, because its "
                    "client could pay it in another account. Ask one."
                )
            )
        for move in self:
            if not move.charge_id.sudo().charge_is_missing:
                raise UserError(
                    self.env._(
                        "The charge of %(fatura)s is known to the provider. Cancel the fatura, "
                        "which cancels the charge.",
                        fatura=move.display_name,
                    )
                )
            move.charge_id.sudo()._give_up()
            move.sudo().message_post(
                body=self.env._(
                    "%(user)s gave up charge %(charge)s, which the provider does not know.",
                    user=self.env.user.name,
                    charge=move.charge_id.sudo().provider_reference,
                )
            )
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS - CALLED BY METHODS OF THE HOST
    # -------------------------------------------------------------------------

    def _check_charged_before(self, vals):
        """Refuse to reset, cancel or change what is charged, by values as by the host's buttons.

        :raise UserError: naming the documents and what to do instead
        """
        if vals.get("state") in ("draft", "cancel"):
            self._check_nothing_received()
            self._check_refund_notes_kept()
        if self.env.su:
            return
        if "origin_payment_id" in vals:
            self._check_receipts_kept()
            self.origin_payment_id.browse(vals["origin_payment_id"] or ())._check_not_of_charge()
        changed = filter_kept_changed(
            self,
            vals,
            OPEN_FATURA_FIELDS,
            lambda move: bool(move.charge_id or move.refund_charge_id),
        )
        changed._check_refund_notes_kept()
        if "move_type" in vals:
            changed |= self.filtered(
                lambda move: move.charge_id and move.move_type != vals["move_type"]
            )
        changed._check_charged_kept()
        filter_kept_changed(
            self, vals, OPEN_ENTRY_FIELDS, lambda move: bool(move.origin_payment_id.charge_id)
        )._check_receipts_kept()
        if issued := filter_worth_changed(self, vals, REFERENCE)._filter_faturas():
            raise UserError(
                self.env._(
                    "%(faturas)s is issued, so its reference month stays. Cancel it and make "
                    "another.",
                    faturas=", ".join(issued.mapped("display_name")),
                )
            )

    def _cancel_charges_after(self, vals):
        """Cancel the charges of faturas that were cancelled, whichever way."""
        if vals.get("state") == "cancel":
            self._filter_faturas()._cancel_charge()

    def _update_charge_due_date(self, vals):
        """Change the charges of posted faturas whose due date was written."""
        if "invoice_date_due" in vals:
            self.filtered(lambda move: move.charge_id and move.state == "posted")._update_charge()

    def _charge_posted_faturas(self):
        """Queue the charges of those faturas, just posted, of which something is owed."""
        faturas = self._filter_faturas()
        faturas._settle_with_receipts()
        faturas._filter_charged_by_itself()._use_client_credit()
        faturas.filtered(
            lambda move: not move.currency_id.is_zero(move.amount_residual)
        )._update_charge()

    def _update_charges_of_credit_notes(self):
        """Change the live charges of faturas that were credited by these documents."""
        notes = self.filtered(lambda move: move.move_type == "out_refund")
        for charge in notes.reversed_entry_id.charge_id.sudo():
            if charge.charge_state in LIVE_STATES:
                charge.fatura_id._sync_charge_with_debt(charge)

    def _queue_cash_receipts(self):
        """Queue that faturas were paid to the company, so that they cannot be paid twice."""
        for charge in self.charge_id.sudo():
            # A charge in state done was paid by itself just now.
            if charge.charge_state in LIVE_STATES and charge.state != "done":
                charge._queue_charge("delete" if charge._is_paid_by_another() else "cash")

    def _reactivate_paid_contracts(self):
        """Set contracts to active again that were suspended until these faturas are paid."""
        self._filter_faturas().billing_contract_id.sudo()._reactivate_paid()

    def _get_online_payment_error(self):
        """Refer the client of a fatura to its charge, instead of an online payment."""
        if self.charge_state in LIVE_STATES:
            return self.env._("This fatura is paid by its boleto or Pix, which this page shows.")
        return super()._get_online_payment_error()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _filter_ever_charged(self):
        """Return those of these documents of which the provider may have a charge."""
        faturas = self.filtered(lambda move: move.billing_contract_id or move.charge_id)
        if not faturas:
            return faturas
        charges = self.env["payment.transaction"].sudo()
        charges = charges.search([("fatura_id", "in", faturas.ids), ("charge_asked", "=", True)])
        return faturas & charges.fatura_id.sudo(self.env.su)

    def _check_refund_notes_kept(self):
        """Refuse users who undo credit notes of money that the provider gave back.

        :raise UserError: naming the credit notes
        """
        notes = self.filtered("refund_charge_id")
        if notes and not self.env.su:
            raise UserError(
                self.env._(
                    "%(notes)s credits money that the provider gave back to the client, and stays "
                    "as it is. If the client owes it again, make another fatura.",
                    notes=", ".join(notes.mapped("display_name")),
                )
            )

    def _update_charge(self):
        """Update the charges of these faturas to the owed amount and the due date.

        Faturas without a live charge get one.
        """
        missing = self.browse()
        for move in self._filter_charged_by_itself():
            charge = move.charge_id.sudo()
            if charge.charge_state not in LIVE_STATES and charge.charge_state != "error":
                missing |= move
                continue
            values = {
                "amount": move.amount_residual,
                "charge_due_date": move.invoice_date_due,
            }
            if any(charge[name] != value for name, value in values.items()):
                charge._queue_charge("update", **values)
        missing._create_charge()

    def _cancel_charge(self):
        """Queue the cancellation of these faturas' live charges."""
        for charge in self.charge_id.sudo():
            if charge.charge_state in (*LIVE_STATES, "error"):
                charge._queue_charge("delete")

    def _check_charged_kept(self):
        """Refuse users who change posted faturas that have a charge, or the receipts of charges.

        :raise UserError: naming the documents and what to do instead
        """
        self._check_receipts_kept()
        if charged := self.filtered("charge_id"):
            raise UserError(
                self.env._(
                    "%(faturas)s has a charge, so its items stay as they are. Use Change to give "
                    "it another value, or cancel it.",
                    faturas=", ".join(charged.mapped("display_name")),
                )
            )

    def _has_charge_mark(self):
        """Return whether a charge bills this, or made it; others cost no query."""
        self.ensure_one()
        return bool(self.charge_id or self.refund_charge_id or self.origin_payment_id.charge_id)

    def _hash_moves(self, **options):
        with securing():
            return super()._hash_moves(**options)

    def _check_receipts_kept(self):
        """Refuse users who change the entries of receipts; documents of others cost no query."""
        self.origin_payment_id._check_not_of_charge()

    def _check_nothing_received(self):
        """Refuse to reset or cancel faturas whose money is at the provider.

        The charge knows; the column says only where to ask, so that others cost no query.

        :raise UserError: naming the faturas and what to do instead
        """
        self._check_receipts_kept()
        charged = self.filtered("charge_id")
        if received := charged.filtered(lambda move: move.charge_id.sudo()._is_money_received()):
            raise UserError(
                self.env._(
                    "%(faturas)s is paid through the provider, so it can be neither reset nor "
                    "cancelled. Have a manager of subscription control refund it first.",
                    faturas=", ".join(received.mapped("display_name")),
                )
            )

    def _create_charge(self):
        """Queue a new charge for each of these faturas.

        :raise UserError: naming the one that is not owed, or whose provider is not ready
        """
        if not self:
            return
        self._check_still_owed()
        providers = {contract._get_provider() for contract in self.billing_contract_id}
        for provider in providers:
            provider._check_billing_ready()
        # Read together, because the host reads them client by client.
        self.partner_id.mapped("phone")
        charges = self.env["payment.transaction"].sudo()
        charges = charges.create([move._prepare_charge() for move in self])
        self._store_charges(charges)
        charges._queue_charge("register")

    def _store_charges(self, charges):
        """Store the new charge of each fatura, all in one statement.

        By `write` the host would process each posted document again, though nothing of its
        accounting depends on these values.
        """
        names = ("charge_id", "charge_state", "charge_problem", "fatura_mailed_at")
        self.flush_recordset(names)
        rows = [
            SQL("(%s, %s, %s)", move.id, charge.id, charge.charge_state)
            for move, charge in zip(self, charges, strict=True)
        ]
        self.env.execute_query(
            SQL(
                """UPDATE account_move move
                      SET charge_id = row.charge_id, charge_state = row.charge_state,
                          charge_problem = NULL, fatura_mailed_at = NULL
                     FROM (VALUES %s) AS row (id, charge_id, charge_state)
                    WHERE move.id = row.id RETURNING move.id""",
                SQL(", ").join(rows),
            )
        )
        self.invalidate_recordset(names)

    def _prepare_charge(self):
        """Return the values of the charge that this fatura needs now."""
        self.ensure_one()
        contract = self.billing_contract_id
        provider = contract._get_provider()
        token = secrets.token_hex(4)
        return {
            "provider_id": provider.id,
            "payment_method_id": self._get_charge_method_id(contract.charge_kind),
            # The reference at the provider, too; committed before the first request.
            "reference": f"{(self.name or '').replace('/', '-')}-{token}",
            "amount": self.amount_residual,
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "operation": "offline",
            "invoice_ids": [Command.link(self.id)],
            "fatura_id": self.id,
            "charge_state": "processing",
            "charge_kind": contract.charge_kind,
            "charge_due_date": self.invoice_date_due,
            # What the client reads on the boleto: later settings do not change it.
            "charge_fine_rate": provider.billing_fine,
            "charge_interest_rate": provider.billing_interest,
            "charge_discount_rate": provider.billing_discount,
            "charge_discount_days": provider.billing_discount_days,
        }

    @api.model
    @ormcache("kind")
    def _get_charge_method_id(self, kind):
        """Return the host's payment method of a kind of charge; most are archived by default."""
        methods = self.env["payment.method"].sudo().with_context(active_test=False)
        return methods.search([("code", "=", METHOD_OF_CHARGE[kind])], limit=1).id

    def _change_fatura(self, amount, date_due, *, tell=False):
        """Change value or due date of an unpaid fatura, and its charge.

        :param amount: taxes included, in BRL
        :param tell: e-mail the client the new boleto and Pix once they are there
        :raise UserError: if it is paid in part
        """
        self.ensure_one()
        if self.currency_id.compare_amounts(self.amount_residual, self.amount_total):
            raise UserError(
                self.env._(
                    "%(fatura)s is paid in part and cannot be changed. Make a credit note or "
                    "another fatura for the difference.",
                    fatura=self.display_name,
                )
            )
        if self.currency_id.compare_amounts(amount, self.billing_amount):
            contract = self.billing_contract_id
            values = contract._complete_fatura(
                {"billing_amount": amount, "billing_description": self._describe_fatura()}
            )
            self.button_draft()
            self.write(
                {
                    "invoice_line_ids": [Command.clear(), *values["invoice_line_ids"]],
                    "billing_amount": amount,
                    "invoice_date_due": date_due,
                }
            )
            self._issue()
        elif date_due != self.invoice_date_due:
            self.write({"invoice_date_due": date_due})
        if tell and self.charge_id.sudo().charge_task:
            self.charge_id.sudo().charge_change_to_tell = True

    @api.model
    def _queue_missed_changes(self):
        """Queue changes of faturas that no hook has seen. Called by the cron."""
        charges = self.env["payment.transaction"].search(
            [("charge_state", "in", LIVE_STATES), ("charge_task", "=", False)]
        )
        for charge in charges:
            charge.fatura_id._sync_charge_with_debt(charge)

    def _sync_charge_with_debt(self, charge):
        """Update a live charge to the owed amount of its fatura, or end it if nothing is owed."""
        today = fields.Date.context_today(self)
        if not self or self.state == "cancel":
            charge._queue_charge("delete")
        elif self.state == "posted" and self.currency_id.is_zero(self.amount_residual):
            # Credited without a payment, so it is not reported as paid.
            is_credited = self.payment_state == "reversed"
            charge._queue_charge("delete" if is_credited else "cash")
        elif self.state == "posted" and (
            self.currency_id.compare_amounts(self.amount_residual, charge.amount)
            or (self.invoice_date_due or today) > max(charge.charge_due_date, today)
        ):
            self._update_charge()

    def _prepare_refund_lines(self, amount):
        """Return commands of lines over an amount, in proportion to the fatura's own lines.

        Accounts and taxes are the fatura's, whatever the products have now.
        """
        contract, lines = self.billing_contract_id, self.invoice_line_ids
        commands, passed, given = [], 0.0, 0.0
        for line in lines:
            passed += line.price_total
            share = self.currency_id.round(amount * passed / self.amount_total) - given
            given += share
            share = self.currency_id.round(share)
            values = {
                "name": line.name,
                "product_id": line.product_id.id,
                "account_id": line.account_id.id,
                "quantity": 1.0,
                "price_unit": contract._get_price_before_taxes(line.tax_ids, share),
                "tax_ids": [Command.set(line.tax_ids.ids)],
            }
            commands.append(Command.create(contract._fit_line(values, line.tax_ids, share)))
        return commands

    def _create_refund_note(self, amount, day, charge):
        """Return a new, posted credit note of a fatura over a refund.

        :param amount: in BRL, taxes included
        :param charge: payment.transaction that is refunded
        """
        self.ensure_one()
        note = self.create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner_id.id,
                "journal_id": self.journal_id.id,
                "invoice_date": day,
                "date": day,
                "currency_id": self.currency_id.id,
                "reversed_entry_id": self.id,
                "ref": self.env._("Refund of %s", self.name),
                "refund_charge_id": charge.id,
                "invoice_line_ids": self._prepare_refund_lines(amount),
            }
        )
        note._post(soft=False)
        return note
