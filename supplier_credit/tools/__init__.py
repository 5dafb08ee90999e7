"""Plain Python that knows no records: the client of Supplier's API, the NF-e and the DANFE."""

from . import (
    brazilian_address,
    danfe,
    danfe_note,
    fiscal_xml,
    nfe,
    nfe_event,
    settlement_file,
    supplier_api,
    supplier_api_customer,
    supplier_api_settlement,
    supplier_client,
    supplier_errors,
)
