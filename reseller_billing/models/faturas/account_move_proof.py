from odoo import api, models
from odoo.tools import SQL

from ...const import LIVE_STATES
from ...tools.activity import tell_once


class AccountMove(models.Model):
    """Proof that faturas and payments say of their charges what the charges say.

    Only the addon writes both sides, in one transaction; a difference was made by somebody else.
    """

    _inherit = "account.move"

    @api.model
    def _check_charge_marks(self):
        """Show each fatura that differs from its charge, to its responsible too.

        Nothing is corrected: which side is right is decided by a person. Called by the cron.

        :return: the faturas that differ
        """
        faturas = self.sudo()._find_charge_differences()
        for fatura in faturas:
            contract = fatura.billing_contract_id
            user = fatura.company_id._get_billing_responsible(
                contract.user_id | contract.provider_id.billing_user_id, contract.partner_id
            )
            reader = fatura.with_context(lang=user.lang)
            text = reader.env._(
                "%(fatura)s, its charge and its payments do not agree: charge, status or the "
                "charge of a payment was changed past the system. Compare them with the provider, "
                "then have them corrected.",
                fatura=fatura.display_name,
            )
            if fatura.charge_problem != text:
                fatura.charge_problem = text
            tell_once(fatura, user, reader.env._("Fatura and charge do not agree"), text)
        return faturas

    @api.model
    def _find_charge_differences(self):
        """Return the faturas whose charge, its state, or whose payments differ from the charges."""
        self.flush_model(["charge_id", "charge_state"])
        self.env["payment.transaction"].flush_model(
            ["fatura_id", "charge_state", "payment_id", "chargeback_payment_id", "partner_id"]
        )
        self.env["account.payment"].flush_model(["charge_id", "partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id
                  FROM account_move move
             LEFT JOIN payment_transaction charge ON charge.id = move.charge_id
                 WHERE (move.charge_id IS NOT NULL OR move.charge_state IS NOT NULL)
                   AND (charge.fatura_id IS DISTINCT FROM move.id
                        OR charge.charge_state IS DISTINCT FROM move.charge_state)
             UNION
                SELECT move.id
                  FROM payment_transaction charge
                  JOIN account_move move ON move.id = charge.fatura_id
                 WHERE charge.charge_state IN %(live)s
                   AND move.charge_id IS DISTINCT FROM charge.id
             UNION
                SELECT charge.fatura_id
                  FROM payment_transaction charge
                  JOIN account_payment payment
                    ON payment.id IN (charge.payment_id, charge.chargeback_payment_id)
                 WHERE charge.charge_state IS NOT NULL
                   AND charge.fatura_id IS NOT NULL
                   AND payment.charge_id IS DISTINCT FROM charge.id
             UNION
                SELECT charge.fatura_id
                  FROM account_payment payment
                  JOIN payment_transaction charge ON charge.id = payment.charge_id
                  JOIN res_partner partner ON partner.id = charge.partner_id
                 WHERE charge.fatura_id IS NOT NULL
                   AND payment.partner_id IS DISTINCT FROM partner.commercial_partner_id
                """,
                live=LIVE_STATES,
            )
        )
        return self.browse(sorted(row[0] for row in rows))
