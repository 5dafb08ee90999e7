from . import receivable, receivable_query, receivable_report
