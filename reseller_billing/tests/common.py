import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import new_test_user
from requests import Response

REQUEST_SEAM = "odoo.addons.reseller_billing.tools.http.Session.request"

TEST_KEY = "$aact_hmlg_000MzkwODA2MWY2OGM3MWRlMDU2NWM3MzJlNzZmNGZhZGY"
PRODUCTION_KEY = "$aact_prod_000MzkwODA2MWY2OGM3MWRlMDU2NWM3MzJlNzZmNGZhZGY"


class ResellerBillingCommon(AccountTestInvoicingCommon):
    """The provider of a company with a chart of accounts, in Test Mode, and users without
    administration rights. Nothing reaches the network: the one way to it is patched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.main_provider = cls.env.ref("reseller_billing.payment_provider_asaas").sudo()
        cls.provider = cls.main_provider.copy({"company_id": cls.company.id}).sudo(False)
        cls.provider.write({"asaas_api_key": TEST_KEY, "state": "test"})
        cls.billing_user = cls._create_user(
            "billing_clerk", "reseller_billing.reseller_billing_group_user"
        )
        cls.billing_manager = cls._create_user(
            "billing_manager", "reseller_billing.reseller_billing_group_manager"
        )
        cls.other_user = cls._create_user("somebody", "base.group_user")

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @contextmanager
    def _asaas_answers(self, status=200, body=None, raises=None):
        """Answer the next requests; yields the mock that recorded them."""
        response = Response()
        response.status_code = status
        response.url = "https://api-sandbox.asaas.com/v3/customers?limit=1"
        content = body if isinstance(body, str) else json.dumps(body)
        response._content = content.encode()
        with patch(REQUEST_SEAM, return_value=response, side_effect=raises) as request:
            yield request

    @staticmethod
    def _error_body(code, description):
        return {"errors": [{"code": code, "description": description}]}

    @staticmethod
    def _customer_list():
        """A list in the form of Asaas, with a client whose data must not be logged."""
        return {
            "object": "list",
            "hasMore": False,
            "totalCount": 1,
            "limit": 1,
            "offset": 0,
            "data": [
                {
                    "object": "customer",
                    "id": "cus_000008392497",
                    "name": "Cliente Paridade",
                    "email": "paridade@example.com",
                    "cpfCnpj": "24971563792",
                }
            ],
        }
