"""Returns, cancellations and bonuses of sales on Supplier's credit, and Supplier's payments."""

from decimal import Decimal

from .after_sales import Seller
from .nfe_files import SAMPLE, nfe_maker
from .trade import Claim

REQUESTS = "supplier.credit.post.sale"


class Claimant(Seller):
    """A seller that takes sales back."""

    # -------------------------------------------------------------------------
    # RETURN, CANCELLATION, BONUS
    # -------------------------------------------------------------------------

    def take_back(self, sale, amount, *, nfe):
        """Return goods through the host's credit note.

        :param nfe: when its NF-e is uploaded: before it is posted, after, or later
        """
        model = "account.move.reversal"
        context = {"active_model": "account.move", "active_ids": [sale.invoice]}
        # The form proposes the journal before anything is saved.
        shown = {"journal_id": {}, "move_ids": {}}
        form = self.accountant.call(model, "onchange", [], {}, [], shown, context=context)
        values = {"reason": "avaria", "journal_id": form["value"]["journal_id"]}
        wizard = self.accountant.call(model, "create", values, context=context)
        action = self.accountant.call(model, "refund_moves", [wizard], context=context)
        note = action["res_id"]
        (line,) = self.accountant.read_one("account.move", note, ["invoice_line_ids"])[
            "invoice_line_ids"
        ]
        if amount != sale.total:
            values = {"invoice_line_ids": [[1, line, {"price_unit": float(amount)}]]}
            self.accountant.call("account.move", "write", [note], values)
        if nfe == "before":
            self.upload(note, self._make_return_nfe(sale, amount))
        self.accountant.call("account.move", "action_post", [note])
        number = self.accountant.read_one("account.move", note, ["l10n_latam_document_number"])
        self._number = max(self._number, int(number["l10n_latam_document_number"]))
        request = self.accountant.read_one("account.move", note, ["supplier_post_sale_id"])
        claim = self._claim(sale, "return", amount, request["supplier_post_sale_id"][0])
        claim.note = note
        claim.has_nfe = nfe == "before"
        if nfe == "after":
            self.bring_nfe(claim)
        return claim

    def bring_nfe(self, claim):
        """Upload the NF-e of a return that is posted already."""
        found = self.accountant.read_one("account.move", claim.note, ["l10n_latam_document_number"])
        number = int(found["l10n_latam_document_number"])
        self.upload(claim.note, self._make_return_nfe(claim.sale, claim.amount, number))
        claim.has_nfe = True

    def give_up(self, claim):
        """Cancel a credit note that has no NF-e yet."""
        for method in ("button_draft", "button_cancel"):
            self.accountant.call("account.move", method, [claim.note])
        claim.withdrawn = claim.amount

    def _make_return_nfe(self, sale, amount, number=None):
        values = self._describe_nfe(sale.customer, amount, number)
        return nfe_maker.make_return_nfe(SAMPLE, sale.key, **values)

    def cancel(self, sale):
        """Upload that SEFAZ cancelled the NF-e of the sale."""
        self.upload(sale.invoice, nfe_maker.make_cancellation(sale.key))
        (found,) = self.accountant.search_read(
            REQUESTS, [["invoice_id", "=", sale.invoice], ["kind", "=", "cancellation"]], []
        )
        return self._claim(sale, "cancellation", sale.total, found["id"])

    def grant_bonus(self, sale, amount):
        model = "supplier.credit.bonus"
        action = self.accountant.call("account.move", "action_open_supplier_bonus", [sale.invoice])
        values = {"amount": float(amount), "reason": "avaria"}
        wizard = self.accountant.call(model, "create", values, context=action["context"])
        action = self.accountant.call(model, "action_grant", [wizard])
        return self._claim(sale, "bonus", amount, action["res_id"])

    def _claim(self, sale, kind, amount, request):
        return Claim(sale, kind, amount, request, request, amount)

    # -------------------------------------------------------------------------
    # WHAT SUPPLIER REFUSED
    # -------------------------------------------------------------------------

    def decide_rest(self, claim, way, rest):
        """Go on with what Supplier refused; return the refusal, in which case nothing is changed.

        :param way: direct, resend or withdraw
        :param rest: how much Supplier refused, in BRL
        """
        model = "supplier.credit.post.sale.outcome"
        action = self.accountant.call(REQUESTS, "action_open_outcome", [claim.last])
        wizard = self.accountant.call(model, "create", {"way": way}, context=action["context"])
        told = self.try_to(self.accountant, model, "action_confirm", [wizard])
        if told:
            return told
        claim.is_decided = way != "resend"
        if way == "direct":
            claim.direct += rest
        elif way == "withdraw":
            claim.withdrawn += rest
        else:
            children = self.accountant.search_read(REQUESTS, [["origin_id", "=", claim.last]], [])
            if children:
                (child,) = children
                claim.last, claim.last_amount = child["id"], rest
        return ""

    # -------------------------------------------------------------------------
    # SUPPLIER'S PAYMENTS
    # -------------------------------------------------------------------------

    def import_statement(self):
        """Press the import's button; return why it failed, or an empty text."""
        model = "supplier.credit.agreement"
        self.accountant.call(model, "action_import_settlements", [self.agreement])
        self.run_cron("import_settlements")
        found = self.accountant.read_one(model, self.agreement, ["settlement_error"])
        return found["settlement_error"] or ""

    def post_statements(self):
        """Post all statements, as an accountant selects them in the list."""
        model = "supplier.credit.settlement"
        waiting = [["agreement_id", "=", self.agreement], ["state", "in", ["imported", "matched"]]]
        found = [row["id"] for row in self.accountant.search_read(model, waiting, [])]
        if found:
            self.accountant.call(model, "action_post", found)
        left = self.accountant.search_read(model, waiting, ["name", "state", "error"])
        assert not left, left

    def add_fee(self, value: Decimal):
        """Have Supplier charge a fee today that no sale accounts for."""
        self.sandbox.add_to_statement(
            {
                "tipoEvento": "RPASSC",
                "tipoLancamento": "DEBITO",
                "valorTaxa": f"{value:.2f}",
                "valorLancamento": f"{value:.2f}",
            }
        )

    # -------------------------------------------------------------------------
    # MESSAGES
    # -------------------------------------------------------------------------

    def query(self):
        """Ask Supplier about all that is in analysis, as people select it in the lists."""
        for model, states in (
            ("supplier.credit.transaction", ["in_analysis"]),
            (REQUESTS, ["in_analysis", "in_progress"]),
        ):
            waiting = [["agreement_id", "=", self.agreement], ["state", "in", states]]
            found = [row["id"] for row in self.accountant.search_read(model, waiting, [])]
            if found:
                self.accountant.call(model, "action_query", found)
