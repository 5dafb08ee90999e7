from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Store what was known before only from settings, or from one fatura a month."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    # What the monthly faturas have billed, so that none of it is billed again.
    env["reseller.billing.due"]._store_billed_before()
    store_terms(cr)
    set_reminders_before_due(env)


def store_terms(cr):
    """Give charges the terms of their provider, which counted for all of them until now.

    Charges that were cancelled were so by the addon: it deletes them again if they live on.
    """
    cr.execute(
        """
        UPDATE payment_transaction charge
           SET charge_fine_rate = provider.billing_fine,
               charge_interest_rate = provider.billing_interest,
               charge_discount_rate = provider.billing_discount,
               charge_discount_days = provider.billing_discount_days,
               charge_cancel_wanted = (charge.charge_state = 'cancelled')
          FROM payment_provider provider
         WHERE provider.id = charge.provider_id AND charge.charge_state IS NOT NULL
        """
    )


def set_reminders_before_due(env):
    """Let reminders before the due date say that a fatura falls due, not that it is not paid."""
    reminders = env["reseller.billing.reminder"].search(
        [
            ("days", "<=", 0),
            ("template_id", "=", env.ref("reseller_billing.mail_template_reminder").id),
        ]
    )
    reminders.template_id = env.ref("reseller_billing.mail_template_reminder_before")
