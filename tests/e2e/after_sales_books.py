"""The books of sales and post-sales on both sides at one moment, compared to the cent.

What must stand in Odoo follows from the sandbox's ledger and from what people did, never from what
Odoo made of it.
"""

from collections import defaultdict
from decimal import Decimal

from .claiming import REQUESTS
from .driving import money

ZERO = Decimal(0)
REQUEST_STATES = {
    "EM_ANALISE": "in_analysis",
    "EM_ANDAMENTO": "in_progress",
    "APROVADA": "approved",
    "APROVADA_PARCIAL": "partially_approved",
    "REPROVADA": "refused",
}
SALE_STATES = {"EM_ANALISE": "in_analysis", "APROVADA": "approved", "REJEITADA": "rejected"}
KINDS = {"DEVOLUCAO": "return", "CANCELAMENTO": "cancellation", "BONIFICACAO": "bonus"}
UNDECIDED = ("EM_ANALISE", "EM_ANDAMENTO")
REFUSED = ("REPROVADA", "APROVADA_PARCIAL")
DECIDED = ("approved", "partially_approved")


class AfterSalesBooks:
    """What Odoo and the sandbox say at one moment."""

    def __init__(self, company, *, gross):
        """:param gross: whether Supplier's receivable stands with the fee (7.5, at settlement)"""
        self.company = company
        self.gross = gross
        self.booked = company.sandbox.ledger()
        self.sales = {sale["chaveNFe"]: sale for sale in self.booked["transacoes"]}
        self.claims = {claim["codigoSolicitacao"]: claim for claim in self.booked["posVendas"]}
        self.entries = [e for e in self.booked["lancamentos"] if not e["repetido"]]
        mine = ["agreement_id", "=", company.agreement]
        read = company.accountant.search_read
        self.transactions = {
            found["invoice_id"][0]: found
            for found in read(
                "supplier.credit.transaction",
                [mine],
                ["invoice_id", "state", "processing_state", "code", "total", "error"],
            )
        }
        self.requests = {
            found["id"]: found
            for found in read(
                REQUESTS,
                [mine],
                [
                    "kind",
                    "origin_id",
                    "state",
                    "processing_state",
                    "code",
                    "amount",
                    "supplier_amount",
                    "direct_amount",
                    "partner_id",
                    "error",
                ],
            )
        }
        self.debits = defaultdict(list)
        for debit in read(
            "supplier.credit.post.sale.installment",
            [["post_sale_id", "in", list(self.requests)]],
            ["post_sale_id", "number", "debit_date", "amount", "fee_kept", "fee_refunded"],
            order="number",
        ):
            self.debits[debit["post_sale_id"][0]].append(debit)
        self.proof = read(
            "supplier.credit.settlement.proof",
            [mine],
            ["date", "ledger_difference", "statement_difference", "is_proven"],
        )
        self._read_lines(read)

    def _read_lines(self, read):
        company = self.company
        partners = [customer.partner for customer in company.customers]
        accounts = list(company.accounts.values())
        of_customers = ["&", ["partner_id", "in", partners]]
        of_customers += [["account_id", "=", company.customer_account]]
        self.lines = read(
            "account.move.line",
            [["parent_state", "=", "posted"], "|", ["account_id", "in", accounts], *of_customers],
            [
                "account_id",
                "partner_id",
                "balance",
                "amount_residual",
                "date",
                "date_maturity",
                "move_id",
                "reconciled",
            ],
        )
        moves = sorted({line["move_id"][0] for line in self.lines})
        self.requests_of_moves = {
            found["id"]: found["supplier_post_sale_id"][0]
            for found in read("account.move", [["id", "in", moves]], ["supplier_post_sale_id"])
            if found["supplier_post_sale_id"]
        }
        self.balances = company.accountant.call(
            "account.move.line",
            "formatted_read_group",
            [["move_id", "in", moves]],
            ["move_id"],
            ["balance:sum"],
        )

    # -------------------------------------------------------------------------
    # ASKING
    # -------------------------------------------------------------------------

    def has_undecided(self):
        """Return whether Supplier has anything in analysis."""
        every = (*self.sales.values(), *self.claims.values())
        return any(found["situacao"] in UNDECIDED for found in every)

    def get_customers_in_credit(self):
        balances = self.sum_lines("customer", by="partner_id")
        return [c for c in self.company.customers if balances.get(c.partner, ZERO) < 0]

    def get_left(self, sale, claims):
        """Return what may still be taken back of a sale; nothing before Supplier approved it."""
        if self.sales.get(sale.key, {}).get("situacao") != "APROVADA":
            return ZERO
        return sale.total - sum(claim.counted for claim in claims if claim.sale is sale)

    def get_refused(self, claim):
        """Return the refused amount (BRL) of a claim's last request until a user decides."""
        code = self.requests[claim.last]["code"]
        if claim.is_decided or not claim.has_nfe:
            return ZERO
        if not code:
            # Refused before it was taken up.
            return claim.last_amount if claim.is_turned_away else ZERO
        booked = self.claims[code]
        if booked["situacao"] not in REFUSED:
            return ZERO
        return claim.last_amount - money(booked["valorSupplier"]) - money(booked["valorCliente"])

    def get_chain(self, claim):
        """Return the ids of the requests that ask for parts of a claim."""
        chain = {claim.request}
        for request in sorted(self.requests):
            origin = self.requests[request]["origin_id"]
            if origin and origin[0] in chain:
                chain.add(request)
        return chain

    def sum_lines(self, account, column="balance", by=None, among=None):
        """Return the sum of an account's posted items, or sums by another column.

        :param account: its name in the company's accounts, or customer
        :param among: the ids of the requests whose items are meant; all items if not said
        """
        company = self.company
        account = company.accounts.get(account, company.customer_account)
        sums = defaultdict(Decimal)
        for line in self.lines:
            of = self.requests_of_moves.get(line["move_id"][0])
            if line["account_id"][0] == account and (among is None or of in among):
                key = line[by] if by else None
                sums[key[0] if isinstance(key, list) else key] += money(line[column])
        return without_zeros(sums) if by else sums[None]

    def value(self, entry):
        """Return what an entry of the statement takes off Supplier's receivable, debits as less."""
        amount = money(entry["valorLancamento"])
        if self.gross:
            amount += money(entry["valorTaxa"])
        return amount if entry["tipoLancamento"] == "CREDITO" else -amount

    def sum_entries(self, entries):
        sums = defaultdict(Decimal)
        for entry in entries:
            sums[entry["dataLancamento"]] += self.value(entry)
        return without_zeros(sums)


def without_zeros(sums):
    return {key: amount for key, amount in sums.items() if amount}
