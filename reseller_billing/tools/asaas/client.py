"""The calls of Asaas that this addon makes, in our terms. No ORM.

Source: docs.asaas.com, reference of API v3. A client of another provider has the same methods.
"""

from datetime import date
from decimal import Decimal
from urllib.parse import quote, urlsplit

from ..errors import Gone, OutcomeUnknown, ServiceError
from ..http import Service
from ..receipts import Charge, Payer, Slip, Terms
from .api import DOMAIN
from .charge import read_charge, write_payer, write_terms

PAGE = 100


class AsaasClient:
    """Speaks to one account. Holds plain values only; each method raises errors of `tools.errors`.

    :param service: see `api.make_service`
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._send = service.send

    def check(self) -> None:
        """Request one customer, to check address and key. API: GET /v3/customers."""
        self._list("customers", {"limit": 1})

    # Payers

    def ensure_payer(self, payer: Payer) -> str:
        """Return the provider's id of a client, created if it has none.

        It is searched first, by CPF or CNPJ, because Asaas allows duplicates.
        """
        found = self._list("customers", {"cpfCnpj": payer.tax_id, "limit": PAGE})
        known = [item for item in found if not item.get("deleted")]
        body = write_payer(payer)
        if not known:
            return self._read_id(self._send("POST", "customers", json=body))
        # Our own reference distinguishes clients of companies that share the account.
        known.sort(key=lambda item: item.get("externalReference") != payer.external_reference)
        if any(known[0].get(name) != value for name, value in body.items()):
            self._send("PUT", f"customers/{known[0]['id']}", json=body)
        return self._read_id(known[0])

    # Charges

    def find_charge(self, external_reference: str) -> Charge | None:
        """Return the charge under our reference that is not deleted, or None."""
        found = self._list("payments", {"externalReference": external_reference, "limit": PAGE})
        charges = [read_charge(item) for item in found]
        return next((charge for charge in charges if not charge.deleted), None)

    def get_charge(self, reference: str) -> Charge:
        """Return a charge as it is now.

        :raise Gone: if the provider does not know it
        """
        return read_charge(self._send("GET", _path(reference)))

    def create_charge(self, terms: Terms) -> Charge:
        """Create a charge. There is no idempotency key: after OutcomeUnknown look it up first."""
        return read_charge(
            self._send(
                "POST", "payments", json=write_terms(terms), reference=terms.external_reference
            )
        )

    def update_charge(self, reference: str, terms: Terms) -> Charge:
        """Change a charge that waits to be paid; slip and QR code change with it."""
        body = write_terms(terms)
        body.pop("customer")
        return read_charge(self._send("PUT", _path(reference), json=body))

    def delete_charge(self, reference: str) -> None:
        """Cancel a charge that waits to be paid; one that is deleted already is no error."""
        try:
            self._send("DELETE", _path(reference))
        except Gone:
            return

    def receive_in_cash(self, reference: str, day: date, amount: Decimal) -> Charge:
        """Report a payment to the company itself. Asaas does not notify the client."""
        body = {"paymentDate": day.isoformat(), "value": float(amount), "notifyCustomer": False}
        return read_charge(self._send("POST", _path(reference, "receiveInCash"), json=body))

    def undo_cash(self, reference: str) -> Charge:
        """Undo the report of a payment to the company; the charge can be paid again."""
        return read_charge(self._send("POST", _path(reference, "undoReceivedInCash"), json={}))

    def refund(self, reference: str, amount: Decimal, text: str) -> Charge:
        """Refund the payer, in full or in part."""
        body = {"value": float(amount), "description": text}
        return read_charge(self._send("POST", _path(reference, "refund"), json=body))

    def get_slip(self, charge: Charge, kind: str) -> Slip:
        """Return line, bar code and Pix of a charge that waits to be paid; without the PDF.

        One of them may be missing: an account without a Pix key has boletos all the same.

        :raise ServiceError: if there is neither
        """
        endpoints = {"boleto": "identificationField", "pix": "pixQrCode"}
        parts, failure = {}, None
        for part, endpoint in endpoints.items():
            if kind not in (part, "undefined"):
                continue
            try:
                parts[part] = self._send("GET", _path(charge.reference, endpoint))
            except ServiceError as error:
                failure = error
        if failure and not parts:
            raise failure
        boleto, pix = parts.get("boleto", {}), parts.get("pix", {})
        return Slip(
            line=boleto.get("identificationField") or "",
            bar_code=boleto.get("barCode") or "",
            our_number=str(boleto.get("nossoNumero") or charge.our_number),
            pix_payload=pix.get("payload") or "",
            pix_image=pix.get("encodedImage") or "",
        )

    def is_own_url(self, url: str) -> bool:
        """Return whether a URL is of the provider itself, or of the sandbox that plays it."""
        try:
            host, own = urlsplit(url), urlsplit(self._service.url)
        except ValueError:
            return False
        name = host.hostname or ""
        return (host.scheme, host.netloc) == (own.scheme, own.netloc) or (
            host.scheme == "https" and (name == DOMAIN or name.endswith(f".{DOMAIN}"))
        )

    def list_charges(self, since: date, offset: int = 0) -> tuple[list[Charge], bool]:
        """Return a page of the charges made since a day, and whether there are more."""
        params = {"dateCreated[ge]": since.isoformat(), "limit": PAGE, "offset": offset}
        answer = self._send("GET", "payments", params=params)
        return [read_charge(item) for item in answer.get("data", [])], bool(answer.get("hasMore"))

    # Webhooks

    def list_webhooks(self) -> list[dict]:
        """Return the registered webhooks, in the form of Asaas."""
        return self._list("webhooks", {"limit": PAGE})

    def save_webhook(self, body: dict, reference: str | None = None) -> dict:
        """Register a webhook, or correct and reactivate a registered one."""
        if reference:
            return self._send("PUT", f"webhooks/{reference}", json=body)
        return self._send("POST", "webhooks", json=body)

    def _list(self, endpoint: str, params: dict) -> list[dict]:
        answer = self._send("GET", endpoint, params=params)
        if not isinstance(answer.get("data"), list):
            raise OutcomeUnknown("The answer is no list.", cause="foreign")
        return answer["data"]

    @staticmethod
    def _read_id(answer: dict) -> str:
        if not isinstance(answer.get("id"), str):
            raise OutcomeUnknown("The answer names no record.", cause="foreign")
        return answer["id"]


def _path(reference: str, action: str = "") -> str:
    """Return the path of a charge, or of an action on it; its id is one part of the path."""
    parts = ("payments", quote(reference, safe=""), action)
    return "/".join(filter(None, parts))
