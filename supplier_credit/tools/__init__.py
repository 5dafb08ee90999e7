"""Plain Python that knows no records: the client of Supplier's API, the NF-e and the DANFE."""

from . import danfe, danfe_note, nfe, supplier_api, supplier_client, supplier_errors
