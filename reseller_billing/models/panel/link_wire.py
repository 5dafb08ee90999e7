from dataclasses import replace
from datetime import timedelta

from odoo import fields, models

from ...tools import tax_id
from ...tools.errors import Unauthorized
from ...tools.panel.data import (
    CONTRACT_STATES,
    read_client,
    split_street,
    split_street2,
    write_money,
    write_text,
)
from ...tools.panel.exchange import LinkJob
from ..common.moment import get_now

STATE_OF_CONTRACT = {state: name for name, state in CONTRACT_STATES.items()}
STATE_OF_CHARGE = {
    "awaiting": "AGUARDANDO_PAGAMENTO",
    "overdue": "VENCIDA",
    "charged_back": "VENCIDA",
}
RESOURCE_OF_KIND = {"client": "clientes", "contract": "contratacoes", "fatura": "faturas"}
# Fields of a new record in the panel, besides its owners.
POSTED = {
    "client": None,
    "contract": ("plano", "valor", "dataInicio", "diaVencimento"),
    "fatura": (
        "descricao",
        "valor",
        "lancamento",
        "vencimento",
        "mesReferencia",
        "anoReferencia",
        "idCobranca",
        "linkCobranca",
    ),
}
# Fields that can be changed later.
CHANGED = {
    "client": None,
    "contract": ("situacao",),
    "fatura": (
        "situacao",
        "valor",
        "vencimento",
        "descricao",
        "idCobranca",
        "linkCobranca",
        "dataPagamento",
        "valorPago",
    ),
}


# Until a record that waits for another is tried again.
WAITING_MINUTES = 1


class NotYet(Exception):
    """Another record has to be sent first; `str()` names it."""


class ResellerBillingPanelLink(models.Model):
    """Records as the panel's JSON. Source: docs/api/reseller-panel.openapi.yaml."""

    _inherit = "reseller.billing.panel.link"

    def _get_wire(self):
        """Return this record as the panel's JSON."""
        self.ensure_one()
        record = self._get_record().with_company(self.company_id)
        match self.kind:
            case "client":
                return self._get_wire_client(record)
            case "contract":
                return self._get_wire_contract(record)
            case "fatura":
                return self._get_wire_fatura(record)

    def _get_changes(self):
        """Return the changes that were not sent yet; none of a record that the panel has not."""
        self.ensure_one()
        if not self.reference:
            return {}
        wire, told = self._get_wire(), self.told or {}
        names = CHANGED[self.kind] or wire
        return {name: wire[name] for name in names if wire[name] != told.get(name)}

    def _prepare_job(self, again):
        """Return the LinkJob of this record.

        The job is empty for a record that the panel has already, or needs not, which is no longer
        pending; and for one that waits for another.

        :param again: it had to wait in this run before
        """
        self.ensure_one()
        link = self.with_context(lang=self.panel_id.user_id.lang)
        job = LinkJob(record_id=self.id, try_key=self._get_try_key(), is_empty=True)
        try:
            request = link._prepare_request()
        except NotYet as reason:
            pause = timedelta(minutes=WAITING_MINUTES if again else 0)
            self.write({"next_attempt": get_now(self.env) + pause, "error": str(reason)})
            return job
        if not request:
            self._clear_pending()
            return job
        try:
            client, failure = self.panel_id._get_panel_client(), None
        except Unauthorized as error:
            client, failure = None, error
        return replace(job, is_empty=False, client=client, failure=failure, **request)

    def _prepare_request(self):
        """Return path, body and key of the request, or None if there is nothing to send.

        The body of a new record is stored, and sent unchanged until it is answered.

        :raise NotYet: another record comes first
        """
        path = RESOURCE_OF_KIND[self.kind]
        if not self.reference:
            if not self.body and self._is_obsolete():
                return None
            self.body = self.body or self._prepare_post()
            return {"path": path, "body": self.body, "key": self.key}
        body = self._get_changes()
        if not body:
            return None
        suffix = "/situacao" if self.kind == "contract" else ""
        return {"path": f"{path}/{self.reference}{suffix}", "body": body}

    def _is_obsolete(self):
        """Return whether a record that the panel never had needs not be sent any more."""
        record = self._get_record()
        return (self.kind == "fatura" and record.state == "cancel") or (
            self.kind == "contract" and record.state == "cancelled"
        )

    def _prepare_post(self):
        wire = self._get_wire()
        names = POSTED[self.kind] or wire
        body = {name: wire[name] for name in names}
        return {**self._prepare_owners(), **body, "referenciaExterna": self.key}

    def _prepare_owners(self):
        """Return the panel's ids of the records that a new one belongs to.

        :raise NotYet: one of them comes first, or a person decides who the client is
        """
        match self.kind:
            case "client":
                self._check_client_decided()
                return {}
            case "contract":
                client = self._ensure(self.panel_id, self.contract_id.partner_id)
                return {"clienteId": client._get_reference()}
            case "fatura":
                return self._prepare_fatura_owners()

    def _check_client_decided(self):
        """Refuse to send a client that may be one of the panel's until a person has decided.

        :raise NotYet: naming the client and the panel's record
        """
        row = self.env["reseller.billing.panel.row"].search(
            [
                ("panel_id", "=", self.panel_id.id),
                ("state", "=", "waiting"),
                ("candidate_ids", "in", self.partner_id.ids),
            ],
            limit=1,
        )
        if row:
            raise NotYet(
                self.env._(
                    "%(client)s may be %(reference)s of the panel. Decide that first, under "
                    "Needs Attention.",
                    client=self.partner_id.display_name,
                    reference=row.reference,
                )
            )

    def _prepare_fatura_owners(self):
        contract = self._ensure(self.panel_id, self.fatura_id.billing_contract_id)
        reference = contract._get_reference()
        if contract._get_changes():
            # The panel refuses faturas of a contract that it does not know as active.
            contract._set_pending()
            raise NotYet(self._describe_order(contract))
        client = self._ensure(self.panel_id, contract.contract_id.partner_id)
        return {"contratacaoId": reference, "clienteId": client._get_reference()}

    def _get_reference(self):
        """Return the panel's id of this record.

        :raise NotYet: it has none; it gets one next
        """
        if not self.reference:
            if not self.is_pending:
                self._set_pending()
            raise NotYet(self._describe_order(self))
        return self.reference

    def _describe_order(self, first):
        return self.env._("%s is sent first.", first._get_record().display_name)

    # -------------------------------------------------------------------------
    # CLIENT
    # -------------------------------------------------------------------------

    def _get_wire_client(self, partner):
        """Return a client's JSON, with the panel's own form of values that mean the same."""
        known = self.known or {}
        seen = read_client(known) if known else None
        state = partner.state_id if partner.state_id.country_id.code == "BR" else None
        wire = {
            "nome": write_text(partner.name),
            "cpfCnpj": write_text(partner.vat, 18),
            "email": write_text(partner.email),
            "telefone": write_text(partner.phone, 20),
            "cep": write_text(partner.zip, 9),
            "cidade": write_text(partner.city),
            "uf": state.code if state else None,
        }
        if seen and tax_id.normalize(partner.vat) == tax_id.normalize(seen.tax_id):
            wire["cpfCnpj"] = known.get("cpfCnpj")
        if seen and (partner.phone or "") == seen.phone:
            wire["telefone"] = known.get("telefone")
        street, number = split_street(partner.street)
        if seen and (partner.street or "") == seen.street:
            street, number = known.get("logradouro"), known.get("numero")
        complement, district = split_street2(partner.street2)
        if seen and (partner.street2 or "") == seen.street2:
            complement, district = known.get("complemento"), known.get("bairro")
        return wire | {
            "logradouro": write_text(street),
            "numero": write_text(number, 20),
            "complemento": write_text(complement),
            "bairro": write_text(district),
        }

    # -------------------------------------------------------------------------
    # CONTRACT
    # -------------------------------------------------------------------------

    def _get_wire_contract(self, contract):
        lines = contract.line_ids
        due_day = contract.billing_day + contract.due_days
        if contract.due_by == "day":
            due_day = contract.due_day
        return {
            "plano": write_text(" + ".join(lines.plan_id.mapped("name"))),
            "valor": write_money(sum(lines.mapped("subtotal"))) if lines else None,
            "dataInicio": fields.Date.to_string(contract.date_start),
            # Later than that it is no day of the month that is the same every month.
            "diaVencimento": due_day if due_day <= 31 else None,
            "situacao": STATE_OF_CONTRACT[contract.state],
        }

    # -------------------------------------------------------------------------
    # FATURA
    # -------------------------------------------------------------------------

    def _get_wire_fatura(self, fatura):
        charge = fatura.charge_id.sudo()
        is_paid = self._is_paid(fatura)
        paid_on = paid = None
        if is_paid:
            days = fatura._get_reconciled_payments().mapped("date")
            paid_on = charge.charge_paid_date or max(days, default=fields.Date.context_today(self))
            paid = charge.charge_paid or fatura.amount_total
        return {
            "descricao": write_text(fatura._describe_fatura(), 500),
            "valor": write_money(fatura.amount_total),
            "lancamento": fields.Date.to_string(fatura.invoice_date) or None,
            "vencimento": fields.Date.to_string(fatura.invoice_date_due) or None,
            "mesReferencia": fatura.reference_month,
            "anoReferencia": fatura.reference_year,
            "situacao": "PAGA" if is_paid else self._get_open_state(fatura),
            "idCobranca": charge.provider_reference or None,
            "linkCobranca": write_text(charge.charge_url, 500),
            "dataPagamento": fields.Date.to_string(paid_on) if is_paid else None,
            "valorPago": write_money(paid) if is_paid else None,
        }

    def _is_paid(self, fatura):
        return (
            fatura.state == "posted"
            and fatura.payment_state in ("paid", "in_payment")
            and fatura.currency_id.is_zero(fatura.amount_residual)
        )

    def _get_open_state(self, fatura):
        # A credited fatura is not owed any more.
        if fatura.state == "cancel" or fatura.payment_state == "reversed":
            return "CANCELADA"
        return STATE_OF_CHARGE.get(fatura.charge_state, "EM_PROCESSAMENTO")
