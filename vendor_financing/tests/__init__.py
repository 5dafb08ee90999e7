from . import test_bearers, test_install, test_payments, test_pending_invoices, test_uninstall_hook
