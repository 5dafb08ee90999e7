"""Banks by the number that Banco Central gave them (código de compensação, COMPE).

Source: list of participants of the STR, Banco Central do Brasil. Only names that companies
look for: others are entered by hand.
"""

from __future__ import annotations

BANKS = {
    "001": "Banco do Brasil",
    "003": "Banco da Amazônia",
    "004": "Banco do Nordeste",
    "021": "Banestes",
    "033": "Santander",
    "037": "Banpará",
    "041": "Banrisul",
    "047": "Banese",
    "070": "BRB",
    "077": "Banco Inter",
    "104": "Caixa Econômica Federal",
    "208": "BTG Pactual",
    "212": "Banco Original",
    "224": "Banco Fibra",
    "237": "Bradesco",
    "246": "ABC Brasil",
    "318": "Banco BMG",
    "341": "Itaú Unibanco",
    "389": "Banco Mercantil do Brasil",
    "422": "Banco Safra",
    "604": "Banco Industrial do Brasil",
    "611": "Banco Paulista",
    "623": "Banco Pan",
    "633": "Banco Rendimento",
    "637": "Banco Sofisa",
    "643": "Banco Pine",
    "655": "Banco Votorantim",
    "707": "Banco Daycoval",
    "745": "Citibank",
    "748": "Sicredi",
    "756": "Sicoob",
}


def find_bank_name(code: str) -> str:
    """Return the name of a bank by its number, with or without leading zeros; else no text."""
    return BANKS.get((code or "").strip().zfill(3), "")
