from odoo.addons.payment import reset_payment_provider, setup_provider

from .const import ACTIVITY_TYPE, ASAAS_CODE, ASAAS_TEST_URL_PARAMETER
from .models.common.restore import forget_mark, store_mark


def post_init_hook(env):
    """Create the provider of each company and register the payment method, as the host does.

    Where the database is, is remembered: if it is elsewhere one day, it came back from a backup.
    """
    setup_provider(env, ASAAS_CODE)
    store_mark(env)


def uninstall_hook(env):
    """Delete what the host leaves behind: the providers of the other companies and a parameter.

    The host refuses to remove a provider whose payments exist. Providers with transactions stay
    as disabled records without provider code, because the transactions need them.

    :raise UserError: from the host, if payments of the provider exist
    """
    providers = env["payment.provider"].search([("code", "=", ASAAS_CODE)])
    reset_payment_provider(env, ASAAS_CODE)
    with_transactions = (
        env["payment.transaction"].search([("provider_id", "in", providers.ids)]).provider_id
    )
    main_provider = (
        env.ref("reseller_billing.payment_provider_asaas", raise_if_not_found=False)
        or env["payment.provider"]
    )
    # The main one is data of the addon and is deleted with it.
    (providers - with_transactions - main_provider).unlink()
    env["ir.config_parameter"].search([("key", "=", ASAAS_TEST_URL_PARAMETER)]).unlink()
    forget_mark(env)
    _delete_notices(env)
    _delete_foreign_xml_ids(env)


def _delete_notices(env):
    """Delete the activities of the addon's own type: the host would keep the type for them."""
    notices = env["mail.activity"].with_context(active_test=False)
    notices.search([("activity_type_id", "=", env.ref(ACTIVITY_TYPE).id)]).unlink()


def _delete_foreign_xml_ids(env):
    """Delete the XML ids that modules of the host hold on parts of the addon's models.

    They record the mixins that the models inherit, and the values of the selections that come with
    them, as their own, and leave both when the addon is uninstalled.
    """
    for model, name in (
        ("ir.model.inherit", r"model\_inherit\_\_reseller\_billing\_%"),
        ("ir.model.fields.selection", r"selection\_\_reseller\_billing\_%"),
    ):
        env["ir.model.data"].search(
            [
                ("model", "=", model),
                ("module", "!=", "reseller_billing"),
                ("name", "=like", name),
            ]
        ).unlink()
