"""The invariants between the books of both sides after every step."""

from collections import Counter, defaultdict
from decimal import Decimal

from .after_sales_books import (
    DECIDED,
    KINDS,
    REQUEST_STATES,
    SALE_STATES,
    ZERO,
    AfterSalesBooks,
    without_zeros,
)
from .driving import money


class AfterSalesChecks(AfterSalesBooks):
    """Raises an AssertionError that names what differs."""

    def check(self, sales, claims, imported, settled):
        """Compare everything.

        :param sales, claims: what people did
        :param imported, settled: the lancamentoId that Odoo was told of, and has posted
        """
        self._check_sales(sales)
        self._check_requests()
        for claim in claims:
            self._check_claim(claim)
        self._check_customers(claims)
        self._check_receivable(settled)
        self._check_bank(settled)
        self._check_costs(claims, settled)
        self._check_entries()
        self._check_proof(imported)

    # -------------------------------------------------------------------------
    # RECORDS
    # -------------------------------------------------------------------------

    def _check_sales(self, sales):
        assert set(self.sales) == {sale.key for sale in sales}
        assert set(self.transactions) == {sale.invoice for sale in sales}
        for sale in sales:
            booked, found = self.sales[sale.key], self.transactions[sale.invoice]
            where = (booked, found)
            assert found["code"] == booked["codigoTransacao"], where
            assert found["state"] == SALE_STATES[booked["situacao"]], where
            assert money(found["total"]) == money(booked["valorTotal"]) == sale.total, where
            done = "done" if found["state"] == "approved" else "none"
            assert (found["processing_state"], found["error"]) == (done, False), where

    def _check_requests(self):
        """Supplier decided on nothing that Odoo knows nothing of, and on nothing twice."""
        codes = Counter(found["code"] for found in self.requests.values() if found["code"])
        assert not [code for code, count in codes.items() if count > 1], codes
        for code, booked in self.claims.items():
            # Of one that was sent again, Odoo keeps the last code.
            assert code in codes or booked["situacao"] == "REPROVADA", ("nobody's", booked)
        for request, found in self.requests.items():
            if found["code"]:
                self._check_request(request, found, self.claims[found["code"]])

    def _check_request(self, request, found, booked):
        where = (found, booked)
        if found["state"] != "withdrawn":
            assert found["state"] == REQUEST_STATES[booked["situacao"]], where
        assert found["kind"] == KINDS[booked["tipo"]], where
        assert not found["error"], where
        if found["state"] in DECIDED:
            assert found["processing_state"] == "done", where
        for name, field in (
            ("amount", "valor"),
            ("supplier_amount", "valorSupplier"),
            ("direct_amount", "valorCliente"),
        ):
            assert money(found[name]) == money(booked[field]), (name, *where)
        assert [
            {
                "numeroParcela": debit["number"],
                "dataDebito": debit["debit_date"],
                "valor": f"{debit['amount']:.2f}",
                "valorTaxa": f"{debit['fee_kept']:.2f}",
                "valorTaxaEstornada": f"{debit['fee_refunded']:.2f}",
            }
            for debit in self.debits[request]
        ] == booked["parcelasDebito"], where

    # -------------------------------------------------------------------------
    # THE LEDGER
    # -------------------------------------------------------------------------

    def _check_claim(self, claim):
        """Check A + B = temporary credit; undecided and refused amounts stay temporary."""
        chain = self.get_chain(claim)
        booked = [self.claims[self.requests[r]["code"]] for r in chain if self.requests[r]["code"]]
        supplier = sum((money(found["valorSupplier"]) for found in booked), ZERO)
        direct = sum((money(found["valorCliente"]) for found in booked), ZERO) + claim.direct
        debits = [debit for found in booked for debit in found["parcelasDebito"]]
        refunded = sum(money(debit["valorTaxaEstornada"]) for debit in debits)
        where = (claim, booked, [self.requests[request] for request in sorted(chain)])
        left = claim.amount - supplier - direct - claim.withdrawn
        assert left >= 0, where
        for column in ("balance", "amount_residual"):
            assert self.sum_lines("temporary", column, among=chain) == -left, (column, *where)
        a = -self.sum_lines("receivable", among=chain)
        given_back = ZERO if self.gross else -self.sum_lines("fees", among=chain)
        assert given_back == (ZERO if self.gross else refunded), where
        assert a + given_back == supplier, where
        b = -self.sum_lines("customer", among=chain)
        assert b == direct, where
        if not left:
            assert a + given_back + b == claim.amount - claim.withdrawn, where

    def _check_customers(self, claims):
        """Each owes what Supplier has not taken over, less what the company returns directly."""
        expected, used, temporary = (defaultdict(Decimal) for _sums in range(3))
        partners = {customer.vat: customer.partner for customer in self.company.customers}
        for sale in self.sales.values():
            if sale["situacao"] != "APROVADA":
                expected[partners[sale["cnpjCpf"]]] += money(sale["valorTotal"])
        for found in self.claims.values():
            expected[partners[found["cnpjCpf"]]] -= money(found["valorCliente"])
            temporary[partners[found["cnpjCpf"]]] += money(found["valorSupplier"])
            temporary[partners[found["cnpjCpf"]]] += money(found["valorCliente"])
        for claim in claims:
            expected[claim.sale.customer.partner] -= claim.direct
            temporary[claim.sale.customer.partner] += claim.direct + claim.withdrawn - claim.amount
        for customer in self.company.customers:
            expected[customer.partner] += customer.owes
        for column in ("balance", "amount_residual"):
            found = self.sum_lines("customer", column, by="partner_id")
            assert found == without_zeros(expected), (column, found, expected)
            found = self.sum_lines("temporary", column, by="partner_id")
            assert found == without_zeros(temporary), (column, found, temporary)
        for transaction in self.transactions.values():
            used["total"] += money(transaction["total"])
        for request in self.requests.values():
            used["total"] -= money(request["supplier_amount"])
        assert used["total"] == money(self.booked["totals"]["limiteUtilizado"])

    def _check_receivable(self, settled):
        """Check by day that Supplier owes the announced entries and the imported, unposted ones."""
        own = [entry for entry in self.entries if not entry["avulso"]]
        waiting = [entry for entry in own if entry["lancamentoId"] not in settled]
        expected = self.sum_entries(waiting)
        found = self.sum_lines("receivable", "amount_residual", by="date_maturity")
        assert found == expected, (found, expected)
        if all(entry["lancamentoFuturo"] for entry in waiting):
            announced = {
                row["dataLancamento"]: money(row["valorLancamento"])
                + (money(row["valorTaxa"]) if self.gross else ZERO)
                for row in self.booked["conciliacao"]["aberto"]
            }
            assert found == without_zeros(announced), (found, announced)

    def _check_bank(self, settled):
        """By day there came what Supplier says that it paid."""
        expected = defaultdict(Decimal)
        pending = False
        for entry in self.entries:
            sign = 1 if entry["tipoLancamento"] == "CREDITO" else -1
            if entry["lancamentoId"] in settled:
                expected[entry["dataLancamento"]] += sign * money(entry["valorLancamento"])
            elif not entry["lancamentoFuturo"]:
                pending = True
        found = self.sum_lines("bank", by="date")
        assert found == without_zeros(expected), (found, expected)
        if not pending:
            paid = {
                row["dataLancamento"]: money(row["valor"])
                for row in self.booked["conciliacao"]["banco"]
            }
            assert found == without_zeros(paid), (found, paid)

    def _check_costs(self, claims, settled):
        """The company bears Supplier's fees, each once, and what bonuses cost."""
        fees = ZERO
        for entry in self.entries:
            if entry["lancamentoId"] in settled and (entry["avulso"] or self.gross):
                sign = -1 if entry["tipoEvento"] in ("BONIFI", "CANCE", "CANCEP") else 1
                fees += sign * money(entry["valorTaxa"])
        if not self.gross:
            for sale in self.sales.values():
                fees += sum(money(line["valorTaxa"]) for line in sale["calendario"])
            for found in self.claims.values():
                fees -= sum(money(d["valorTaxaEstornada"]) for d in found["parcelasDebito"])
        assert self.sum_lines("fees") == fees
        bonuses = sum(claim.counted for claim in claims if claim.kind == "bonus")
        assert self.sum_lines("bonus") == bonuses
        assert self.sum_lines("differences") == ZERO

    def _check_entries(self):
        """Every entry balances, and nothing stays on the way between A, B and C."""
        for row in self.balances:
            assert not money(row["balance:sum"]), row
        clearing = self.company.accounts["clearing"]
        assert self.sum_lines("clearing") == self.sum_lines("clearing", "amount_residual") == ZERO
        open_lines = [
            line
            for line in self.lines
            if line["account_id"][0] == clearing and not line["reconciled"]
        ]
        assert not open_lines, open_lines

    def _check_proof(self, imported):
        """Check that calendar, ledger and statement agree but for the entries not imported yet."""
        unknown = [
            entry
            for entry in self.entries
            if not entry["avulso"] and entry["lancamentoId"] not in imported
        ]
        for row in self.proof:
            assert not money(row["ledger_difference"]), row
        differences = {row["date"]: money(row["statement_difference"]) for row in self.proof}
        assert without_zeros(differences) == self.sum_entries(unknown), self.proof
        if not unknown:
            assert all(row["is_proven"] for row in self.proof), self.proof
