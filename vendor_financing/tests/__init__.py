from . import (
    test_documents_over_http,
    test_forgery_over_http,
    test_install,
    test_migration,
    test_roles_over_http,
    test_uninstall_hook,
)
from .agreement import (
    test_app,
    test_holidays,
    test_inquiry,
    test_marks,
    test_overview,
    test_quote_grid,
    test_quotes,
    test_setup,
    test_simulation,
)
from .analysis import test_pictures
from .bank_report import test_bank_report, test_matching
from .bearers import test_bearers
from .contract import (
    test_agreed_terms,
    test_branches,
    test_concurrency,
    test_contract_access,
    test_contract_property,
    test_drafting,
    test_effectivation,
    test_extension,
    test_maintenance,
    test_partial_default,
    test_settlement,
    test_terms,
)
from .customer_notice import test_letter, test_notice
from .day import test_day
from .expected_loss import test_expected_loss
from .invoicing import (
    test_approved_amount,
    test_charge_type,
    test_collection,
    test_customer_identity,
    test_host_screens,
    test_payments,
    test_pending_invoices,
    test_portal,
    test_roundings,
)
from .orders import test_order_term, test_request, test_request_activity, test_request_doors
from .receivables import test_printed_lists, test_receivable_report
from .recognition import test_recognition, test_recognition_life
from .sheets import test_sheets
from .tools import test_formulas, test_recognition_formula, test_table
