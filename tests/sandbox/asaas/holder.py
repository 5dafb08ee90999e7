"""Who holds the account, and its Pix keys (`/myAccount/commercialInfo`, `/pix/addressKeys`).

Source: Asaas, reference of both endpoints.
"""

from flask import request

KEY_ID = "8bc7b5a5-4c4c-4b36-9d7c-1d6a3f8f7a10"


def commercial_info(books):
    """Name and CPF or CNPJ of the account's holder."""
    taxpayer = books.account.settings.get("taxpayer", "11222333000181")
    return {
        "object": "commercialInfo",
        "status": "APPROVED",
        "personType": "FISICA" if len(taxpayer) == 11 else "JURIDICA",
        "cpfCnpj": taxpayer,
        "name": "Titular da conta",
        "companyName": "Titular da conta",
        "commercialInfoExpiration": {"isExpired": False, "scheduledDate": None},
    }


def pix_keys(books):
    """The account's own Pix keys; those of the asked status."""
    has_key = books.account.settings.get("pixKey", True)
    wanted = request.args.get("status", "ACTIVE")
    keys = [{"id": KEY_ID, "key": KEY_ID, "type": "EVP", "status": "ACTIVE"}]
    data = keys if has_key and wanted == "ACTIVE" else []
    return {
        "object": "list",
        "hasMore": False,
        "totalCount": len(data),
        "limit": 10,
        "offset": 0,
        "data": data,
    }
