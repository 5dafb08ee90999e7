"""The calls of Asaas that this addon makes, in our terms. No ORM.

Source: docs.asaas.com, reference of API v3. A client of another provider has the same methods.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from ..errors import Absurd, Gone, Missing, OutcomeUnknown, Rejected, ServiceError, Unauthorized
from ..http import Service
from ..receipts import Charge, Page, Payer, Slip, Terms
from .api import DOMAIN
from .charge import is_reference, read_charge, read_payer, write_payer, write_terms

PAGE = 100
# Asaas' status of a charge that waits to be paid, by ours.
LIVING = {"awaiting": "PENDING", "overdue": "OVERDUE"}
# Requests of slip and Pix, by the kind of charge.
SLIP_PARTS = {
    "boleto": ("identificationField",),
    "pix": ("pixQrCode",),
    "boleto_pix": ("identificationField", "pixQrCode"),
    "undefined": ("identificationField", "pixQrCode"),
}


class AsaasClient:
    """Speaks to one account. Holds plain values only; each method raises errors of `tools.errors`.

    :param service: see `api.make_service`
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._send = service.send

    def until(self, deadline: float) -> "AsaasClient":
        """Return this client with one deadline for all its requests, by `time.monotonic`."""
        return AsaasClient(self._service.until(deadline))

    def check(self) -> None:
        """Request one customer, to check address and key. API: GET /v3/customers."""
        self._list("customers", {"limit": 1})

    # Payers

    def ensure_payer(self, payer: Payer) -> str:
        """Return the provider's id of a client, created if it has none.

        It is searched first, because Asaas allows duplicates: by our own reference together with
        CPF or CNPJ. Customers that another client or another system made are not touched. Phone,
        e-mail and address that Asaas refuses are left out; they never stop a charge.
        """
        found = self._list(
            "customers",
            {"cpfCnpj": payer.tax_id, "externalReference": payer.external_reference, "limit": PAGE},
        )
        own = next((item for item in found if self._is_own(item, payer)), None)
        if own is None:
            return self._read_id(self._send_payer("POST", "customers", payer))
        code = self._read_id(own)
        is_same = all(own.get(name) == value for name, value in write_payer(payer).items())
        if not is_same and own.get("canEdit", True):
            try:
                self._send_payer("PUT", _path("customers", code), payer)
            except Rejected:
                # An older name or address is no reason against the charge.
                self._service.logger.info("Customer %s stays as it was", code)
        return code

    @staticmethod
    def _is_own(item: dict, payer: Payer) -> bool:
        is_same = item.get("externalReference") == payer.external_reference
        return is_same and item.get("cpfCnpj") == payer.tax_id and not item.get("deleted")

    def _send_payer(self, method: str, path: str, payer: Payer) -> dict:
        """Send a client; once more without its optional data if it is refused."""
        body = write_payer(payer)
        send = self._send_to_collection if method == "POST" else self._send
        try:
            return send(method, path, json=body)
        except Rejected as error:
            needed = write_payer(payer.without_optional_data())
            if isinstance(error, Gone) or needed == body:
                raise
        return send(method, path, json=needed)

    # Charges

    def find_charge(self, external_reference: str) -> Charge | None:
        """Return the charge under our reference that is not deleted, or None.

        Of several it is one that brought money, else the oldest, which the payer got first.
        """
        found = self._list("payments", {"externalReference": external_reference, "limit": PAGE})
        charges = [read_charge(item) for item in found]
        # Asaas lists the newest first.
        living = [charge for charge in reversed(charges) if not charge.deleted]
        return min(living, key=lambda charge: charge.paid is None, default=None)

    def get_charge(self, reference: str) -> Charge:
        """Return a charge as it is now.

        :raise Gone: if the answer is 404
        :raise Absurd: if the answer is another charge
        """
        charge = read_charge(self._send("GET", _path("payments", reference)))
        if charge.reference != reference:
            words = f"id: {charge.reference}"
            raise Absurd(f"{reference} was asked for, not {words}", words=words, cause="absurd")
        return charge

    def get_or_find_charge(self, reference: str, external_reference: str) -> Charge:
        """Return a charge by the provider's id, or by our reference where the id is not known.

        :raise Missing: if the provider answers and knows neither
        """
        try:
            return self.get_charge(reference)
        except Gone as error:
            found = self.find_charge(external_reference)
            if found:
                return found
            raise Missing(str(error), status=error.status, words=error.words) from None

    def create_charge(self, terms: Terms) -> Charge:
        """Create a charge. There is no idempotency key: after OutcomeUnknown look it up first."""
        return read_charge(
            self._send_to_collection(
                "POST", "payments", json=write_terms(terms), reference=terms.external_reference
            )
        )

    def update_charge(self, reference: str, terms: Terms) -> Charge:
        """Change a charge that waits to be paid; slip and QR code change with it."""
        body = write_terms(terms)
        body.pop("customer")
        return read_charge(self._send("PUT", _path("payments", reference), json=body))

    def delete_charge(self, reference: str) -> None:
        """Cancel a charge that waits to be paid; one that is deleted already is no error."""
        try:
            self._send("DELETE", _path("payments", reference))
        except Gone:
            return

    def receive_in_cash(self, reference: str, day: date, amount: Decimal) -> Charge:
        """Report a payment to the company itself. Asaas does not notify the client."""
        body = {"paymentDate": day.isoformat(), "value": float(amount), "notifyCustomer": False}
        path = _path("payments", reference, "receiveInCash")
        return read_charge(self._send("POST", path, json=body))

    def undo_cash(self, reference: str) -> Charge:
        """Undo the report of a payment to the company; the charge can be paid again."""
        path = _path("payments", reference, "undoReceivedInCash")
        return read_charge(self._send("POST", path, json={}))

    def refund(self, reference: str, amount: Decimal, text: str) -> Charge:
        """Refund the payer of a Pix or card, in full or in part."""
        body = {"value": float(amount), "description": text}
        path = _path("payments", reference, "refund")
        return read_charge(self._send("POST", path, json=body))

    def refund_slip(self, reference: str) -> str:
        """Request the refund of a boleto, in full.

        :return: the page on which the payer says where the money is to go, may be empty
        """
        path = _path("payments", reference, "bankSlip", "refund")
        url = self._send("POST", path, json={}).get("requestUrl")
        return url if isinstance(url, str) and self.is_own_url(url) else ""

    def get_slip(self, charge: Charge, kind: str) -> Slip:
        """Return line, bar code and Pix of a charge that waits to be paid; without the PDF.

        One of them may be missing: an account without a Pix key has boletos all the same.

        :raise ServiceError: if there is neither
        """
        parts, failure = {}, None
        for part in SLIP_PARTS[kind]:
            try:
                parts[part] = self._send("GET", _path("payments", charge.reference, part))
            except ServiceError as error:
                failure = error
        if failure and not parts:
            raise failure
        boleto, pix = parts.get("identificationField", {}), parts.get("pixQrCode", {})
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

    def list_charges(self, since: date, offset: int = 0) -> Page:
        """Return a page of the charges made since a day."""
        params = {"dateCreated[ge]": since.isoformat(), "limit": PAGE, "offset": offset}
        return self._list_page("payments", params, read_charge)

    def list_living_charges(self, state: str, offset: int = 0) -> Page:
        """Return a page of the charges that wait to be paid, however old.

        :param state: awaiting or overdue
        """
        params = {"status": LIVING[state], "limit": PAGE, "offset": offset}
        return self._list_page("payments", params, read_charge)

    def list_payers(self, offset: int = 0) -> Page:
        """Return a page of the account's clients."""
        return self._list_page("customers", {"limit": PAGE, "offset": offset}, read_payer)

    def _list_page(self, endpoint: str, params: dict, read: Callable[[dict], object]) -> Page:
        """Return a page; a record that cannot be read keeps no other from it."""
        answer = self._send_to_collection("GET", endpoint, params=params)
        items = answer.get("data")
        if not isinstance(items, list):
            raise OutcomeUnknown("The answer is no list.", cause="foreign")
        records, unreadable = [], []
        for item in items:
            try:
                records.append(read(item))
            except OutcomeUnknown:
                reference = item.get("id") if isinstance(item, dict) else None
                if is_reference(reference):
                    unreadable.append(reference)
        return Page(records, tuple(unreadable), len(items), bool(answer.get("hasMore")))

    # Webhooks

    def list_webhooks(self) -> list[dict]:
        """Return the registered webhooks, in the form of Asaas."""
        return self._list("webhooks", {"limit": PAGE})

    def save_webhook(self, body: dict, reference: str | None = None) -> dict:
        """Register a webhook, or correct and reactivate a registered one."""
        if reference:
            return self._send("PUT", _path("webhooks", reference), json=body)
        return self._send("POST", "webhooks", json=body)

    # The account

    def get_holder(self) -> str:
        """Return CPF or CNPJ of the account's holder, or nothing where the key may not read it."""
        try:
            found = self._send("GET", "myAccount/commercialInfo").get("cpfCnpj")
        except (Rejected, Unauthorized):
            return ""
        return found if isinstance(found, str) else ""

    def has_pix_key(self) -> bool:
        """Return whether the account has a Pix key of its own; True where it does not say.

        Without one a Pix code is valid on the day of its request only.
        """
        try:
            return bool(self._list("pix/addressKeys", {"status": "ACTIVE"}))
        except (Rejected, Unauthorized):
            return True

    def is_daily_limit_reached(self) -> bool:
        """Return whether no more charges are taken today."""
        try:
            daily = self._send("GET", "payments/limits")["creation"]["daily"]
            return bool(daily["wasReached"])
        except (Rejected, Unauthorized, KeyError, TypeError):
            return False

    def _list(self, endpoint: str, params: dict) -> list[dict]:
        answer = self._send_to_collection("GET", endpoint, params=params)
        if not isinstance(answer.get("data"), list):
            raise OutcomeUnknown("The answer is no list.", cause="foreign")
        return answer["data"]

    def _send_to_collection(self, method: str, endpoint: str, **options: object) -> dict:
        """Send a request to an address that always exists: a 404 is no answer of Asaas.

        :raise OutcomeUnknown: also for a 404
        """
        try:
            return self._send(method, endpoint, **options)
        except Gone as error:
            raise OutcomeUnknown(str(error), status=error.status, cause="foreign") from None

    @staticmethod
    def _read_id(answer: dict) -> str:
        if not isinstance(answer.get("id"), str):
            raise OutcomeUnknown("The answer names no record.", cause="foreign")
        return answer["id"]


def _path(kind: str, reference: str, *action: str) -> str:
    """Return the path of a record, or of an action on it.

    :raise Rejected: if its id is none, and could be another path
    """
    if not is_reference(reference):
        raise Rejected(f"{reference[:100]!r} is no id of Asaas.", cause="settings")
    return "/".join((kind, reference, *action))
