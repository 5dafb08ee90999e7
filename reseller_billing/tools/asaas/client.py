"""The calls of Asaas that this addon makes, in our terms. No ORM.

Source: docs.asaas.com, reference of API v3. A client of another provider has the same methods.
"""

from ..receipts import Gone, OutcomeUnknown, ReceiptsError, Slip
from .charge import read_charge, write_payer, write_terms

PAGE = 100


class AsaasClient:
    """`send(method, endpoint, params=None, json=None, reference=None)` returns decoded answers and
    raises the errors of `tools.receipts`; so does each method here.
    """

    def __init__(self, send):
        self._send = send

    # Payers

    def ensure_payer(self, payer):
        """Return the provider's id of a client; made if it has none. Duplicates are allowed there,
        so that it is looked for first, by CPF or CNPJ."""
        found = self._list("customers", {"cpfCnpj": payer.tax_id, "limit": PAGE})
        known = [item for item in found if not item.get("deleted")]
        body = write_payer(payer)
        if not known:
            return self._read_id(self._send("POST", "customers", json=body))
        # Told apart by our own reference, where several companies share the account.
        known.sort(key=lambda item: item.get("externalReference") != payer.external_reference)
        if any(known[0].get(name) != value for name, value in body.items()):
            self._send("PUT", f"customers/{known[0]['id']}", json=body)
        return self._read_id(known[0])

    # Charges

    def find_charge(self, external_reference):
        """Return the charge made under our reference, or None. A deleted one counts not."""
        found = self._list("payments", {"externalReference": external_reference, "limit": PAGE})
        charges = [read_charge(item) for item in found]
        return next((charge for charge in charges if not charge.deleted), None)

    def get_charge(self, reference):
        """Return a charge as it is now.

        :raise Gone: if the provider does not know it
        """
        return read_charge(self._send("GET", f"payments/{reference}"))

    def create_charge(self, terms):
        """Make a charge. There is no idempotency key: after OutcomeUnknown look it up first."""
        return read_charge(
            self._send(
                "POST", "payments", json=write_terms(terms), reference=terms.external_reference
            )
        )

    def update_charge(self, reference, terms):
        """Change a charge that waits to be paid; slip and QR code change with it."""
        body = write_terms(terms)
        body.pop("customer")
        return read_charge(self._send("PUT", f"payments/{reference}", json=body))

    def delete_charge(self, reference):
        """Cancel a charge that waits to be paid; one that is gone already is no error."""
        try:
            self._send("DELETE", f"payments/{reference}")
        except Gone:
            return

    def receive_in_cash(self, reference, day, amount):
        """Tell that the client has paid the company itself. Asaas tells the client nothing."""
        body = {"paymentDate": day.isoformat(), "value": float(amount), "notifyCustomer": False}
        return read_charge(self._send("POST", f"payments/{reference}/receiveInCash", json=body))

    def undo_cash(self, reference):
        """Take back that the client has paid the company; the charge can be paid again."""
        return read_charge(self._send("POST", f"payments/{reference}/undoReceivedInCash", json={}))

    def refund(self, reference, amount, text):
        """Give the payer money back, all or a part."""
        body = {"value": float(amount), "description": text}
        return read_charge(self._send("POST", f"payments/{reference}/refund", json=body))

    def get_slip(self, charge, kind):
        """Return line, bar code and Pix of a charge that waits to be paid; without the PDF.

        One of them may be missing: an account without a Pix key has boletos all the same.

        :raise ReceiptsError: if there is neither
        """
        wanted = {"boleto": "identificationField", "pix": "pixQrCode"}
        parts, failure = {}, None
        for part, endpoint in wanted.items():
            if kind not in (part, "undefined"):
                continue
            try:
                parts[part] = self._send("GET", f"payments/{charge.reference}/{endpoint}")
            except ReceiptsError as error:
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

    def list_charges(self, since, offset=0):
        """Return a page of the charges made since a day, and whether there are more."""
        params = {"dateCreated[ge]": since.isoformat(), "limit": PAGE, "offset": offset}
        answer = self._send("GET", "payments", params=params)
        return [read_charge(item) for item in answer.get("data", [])], bool(answer.get("hasMore"))

    # Webhooks

    def list_webhooks(self):
        """Return what is registered: dicts as Asaas has them."""
        return self._list("webhooks", {"limit": PAGE})

    def save_webhook(self, body, reference=None):
        """Register a webhook, or correct and reactivate a registered one."""
        if reference:
            return self._send("PUT", f"webhooks/{reference}", json=body)
        return self._send("POST", "webhooks", json=body)

    def _list(self, endpoint, params):
        answer = self._send("GET", endpoint, params=params)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise OutcomeUnknown("The answer is no list.")
        return answer["data"]

    @staticmethod
    def _read_id(answer):
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise OutcomeUnknown("The answer names no record.")
        return answer["id"]
