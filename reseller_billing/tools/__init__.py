from . import asaas_api, asaas_charge, asaas_client, receipts, rounding, settlement
