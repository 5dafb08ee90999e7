"""Gives the demo company what a reseller needs. Runs inside Odoo's shell through `fill(env, …)`."""

ASAAS_KEY = "$aact_hmlg_sandbox"
# (name, CPF or CNPJ, e-mail, CEP)
CLIENTS = (
    ("Padaria Sol Nascente", "24.971.563/0001-95", "financeiro@padariasol.example", "01310-100"),
    ("Mercado Lua Cheia", "529.982.247-25", "contas@lua.example", "30130-010"),
)


def fill(env, asaas_url, odoo_url=None):
    """Enable Asaas in Test Mode with its accounts, and make a plan and clients; commit.

    Does nothing where the addon is not installed.

    :param odoo_url: where the sandbox reaches this Odoo; the webhook is registered then
    """
    if "reseller.billing.plan" not in env:
        return
    env["ir.config_parameter"].set_param("reseller_billing.asaas_test_url", asaas_url)
    provider = _make_provider(env)
    product = env["product.product"].create(
        {"name": "Emissor NF-e", "type": "service", "taxes_id": False}
    )
    env["reseller.billing.plan"].create(
        {"name": "Emissor NF-e", "product_id": product.id, "price": 99.9}
    )
    for name, vat, email, cep in CLIENTS:
        env["res.partner"].create(
            {
                "name": name,
                "vat": vat,
                "email": email,
                "zip": cep,
                "is_company": True,
                "country_id": env.ref("base.br").id,
                "customer_rank": 1,
                "lang": env.user.lang,
            }
        )
    if odoo_url:
        env["ir.config_parameter"].set_param("web.base.url", odoo_url)
        provider._ensure_webhook()
    env.cr.commit()


def _make_provider(env):
    company = env.company
    accounts = {
        name: env["account.account"].create({"name": label, "code": code, "account_type": kind})
        for name, label, code, kind in (
            ("fee", "Tarifas de recebimentos online", "3.11.01.09.90", "expense"),
            ("interest", "Juros de faturas", "3.01.01.05.90", "income_other"),
            ("fine", "Multas de faturas", "3.01.01.05.91", "income_other"),
            ("discount", "Descontos de faturas", "3.11.01.09.91", "expense"),
        )
    }
    outstanding = env["account.account"].create(
        {
            "name": "Recebimentos online a creditar",
            "code": "1.01.01.02.90",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    journal = env["account.journal"].create(
        {"name": "Conta Principal", "code": "CPRI", "type": "bank", "company_id": company.id}
    )
    provider = env.ref("reseller_billing.payment_provider_asaas")
    provider.write(
        {
            "asaas_api_key": ASAAS_KEY,
            "state": "test",
            "journal_id": journal.id,
            "billing_fine": 2.0,
            "billing_interest": 1.0,
            "billing_user_id": env.user.id,
            **{f"billing_{name}_account_id": account.id for name, account in accounts.items()},
        }
    )
    journal.inbound_payment_method_line_ids.filtered(
        lambda line: line.payment_provider_id == provider
    ).payment_account_id = outstanding
    return provider
