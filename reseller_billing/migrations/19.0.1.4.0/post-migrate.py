from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Store what was known before only from other records."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    mark_foreign_charges(cr)
    # Keys in use are believed: only one that is changed later has to be proved.
    for provider in env["payment.provider"].search([("asaas_api_key", "!=", False)]):
        provider.billing_account_digest = provider._get_account_digest()


def mark_foreign_charges(cr):
    """Mark charges that were made elsewhere: their reference does not begin with the fatura's."""
    cr.execute(
        """
        UPDATE payment_transaction charge
           SET charge_is_foreign = TRUE
          FROM account_move fatura
         WHERE fatura.id = charge.fatura_id AND charge.charge_state IS NOT NULL
           AND (NOT starts_with(charge.reference, replace(fatura.name, '/', '-'))
                OR right(charge.reference, length(charge.provider_reference))
                   = charge.provider_reference)
        """
    )
