from . import asaas_api
