from odoo.addons.supplier_credit.tests.nfe.common_sefaz import EnterpriseMove, SefazStubs
from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestSources(OcaCommon, SefazStubs):
    """OCA's state goes before Odoo Enterprise's."""

    stubs = (EnterpriseMove,)
    columns = {"l10n_br_last_edi_status": "varchar"}

    def test_order_of_the_sources(self):
        invoice = self.sell()
        for oca, enterprise, expected in (
            ("em_digitacao", "error", "rejected"),
            ("enviada", "error", "waiting"),
            ("denegada", "cancelled", "denied"),
            ("enviada", "cancelled", "cancelled"),
        ):
            with self.subTest(oca=oca, enterprise=enterprise):
                invoice.fiscal_document_id.state_edoc = oca
                invoice.l10n_br_last_edi_status = enterprise
                self.assertEqual(invoice._find_sefaz_state(), expected)
                self.assertEqual(invoice.supplier_sefaz_state, expected)
