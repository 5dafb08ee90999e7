import logging
from datetime import timedelta

from odoo import api, fields, models

from ...tools.activity import tell_once
from ...tools.api.client import SupplierClient
from ...tools.api.errors import MalformedAnswer, SupplierError
from ...tools.api.listing import ListedPage
from ...tools.tax_id import list_spellings
from ..common.company_day import get_company_today
from ..common.moment import get_now
from ..common.restore import is_restored, store_mark
from ..orders.preauthorization import LIVE_STATES
from ..post_sales.post_sale import UNDECIDED

_logger = logging.getLogger(__name__)

# NF-e of so many days are compared: no backup that is restored is older.
COMPARED_DAYS = 35
PAGE_SIZE = 100
MODELS = {
    "preauthorization": "supplier.credit.preauthorization",
    "transaction": "supplier.credit.transaction",
    "post_sale": "supplier.credit.post.sale",
}
# States here in which Supplier may hold something else by now.
LIVING = {
    "preauthorization": LIVE_STATES,
    "transaction": ("sent", "in_analysis"),
    "post_sale": UNDECIDED,
}


class SupplierCreditAgreement(models.Model):
    """Comparison of what lives at Supplier with what is known here.

    After a backup was restored, reservations, transactions and requests made since are unknown
    here, and others are different. The unknown are listed (`supplier.credit.finding`), the
    different are queried, which corrects them. It begins by itself when the database is recognised
    as a restored one, and by hand.
    """

    _inherit = "supplier.credit.agreement"

    comparison_wanted = fields.Boolean(readonly=True, copy=False)
    compared_at = fields.Datetime(string="Last Comparison", readonly=True, copy=False)
    comparison_result = fields.Text(readonly=True, copy=False)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_compare(self):
        """Compare what lives at Supplier with what is known here, in the background.

        :return: a notification
        """
        self.ensure_one()
        self.check_access("write")
        self.sudo()._want_comparison()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The comparison has begun. What is unknown here appears under Needs Attention, "
                    "the result on the agreement."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -------------------------------------------------------------------------
    # WHEN
    # -------------------------------------------------------------------------

    def _want_comparison(self):
        for agreement in self:
            reader = agreement.with_context(**agreement._get_reader_context())
            agreement.write(
                {
                    "comparison_wanted": True,
                    "comparison_result": reader.env._("The comparison with Supplier is under way."),
                }
            )
        self.env.ref("supplier_credit.ir_cron_compare").sudo()._trigger(get_now(self.env))

    @api.model
    def _cron_compare(self):
        """Compare the agreements for which it is wanted, and all of a restored database."""
        self._recognise_restored()
        cron = self.env["ir.cron"]
        wanted = self.search([("comparison_wanted", "=", True), ("enabled", "=", True)]).ids
        cron._commit_progress(remaining=len(wanted))
        for agreement_id in wanted:
            self.browse(agreement_id)._compare()
            if not cron._commit_progress(1):
                return
        self._tell_stopped_work()

    def _register_hook(self):
        super()._register_hook()
        if is_restored(self.env):
            # A restored database need not wait for the cron's next time.
            self.env.ref("supplier_credit.ir_cron_compare").sudo()._trigger(get_now(self.env))

    @api.model
    def _recognise_restored(self):
        """Want a comparison of every agreement if this is not the database that it was."""
        if not is_restored(self.env):
            return
        store_mark(self.env)
        agreements = self.search([("enabled", "=", True)])
        agreements._want_comparison()
        for agreement in agreements:
            responsible = agreement._get_responsible()
            reader = agreement.with_context(**agreement._get_reader_context())
            tell_once(
                agreement,
                responsible,
                reader.env._("This database was restored or copied"),
                reader.env._(
                    "The database is another one than before: a backup was restored, or it was "
                    "copied. What was sent to Supplier since the backup is unknown here. It is "
                    "being compared by itself; look under Needs Attention. If this is a copy for "
                    "tests, switch agreement %(agreement)s off.",
                    agreement=agreement.name,
                ),
            )

    # -------------------------------------------------------------------------
    # HOW
    # -------------------------------------------------------------------------

    def _compare(self):
        """Compare page by page; no transaction is open while Supplier answers."""
        self.ensure_one()
        client = SupplierClient(self._get_connection())
        since = get_company_today(self.company_id) - timedelta(days=COMPARED_DAYS)
        self.env["ir.cron"]._commit_progress()
        found = {kind: set() for kind in MODELS}
        differing = 0
        try:
            for kind, operation, query in _list_queries(since):
                for page in _fetch(client, kind, operation, query):
                    found[kind].update(record.code for record in page)
                    differing += self._in_own_transaction(
                        lambda own, kind=kind, page=page: own._compare_page(kind, page)
                    )
        except Exception as error:
            if not isinstance(error, SupplierError):
                _logger.exception("Agreement %s could not be compared with Supplier", self.id)
            failure = error
            self._in_own_transaction(lambda own: own._store_comparison_failure(failure))
            return
        self._in_own_transaction(lambda own: own._store_comparison(found, differing))

    def _compare_page(self, kind, page):
        """List what is unknown here, and query what is different; return how many that are.

        :param page: list of `tools.api.listing.Listed`
        """
        records = self._find_known(kind, [one.code for one in page])
        requests = self._list_requests_under_way(kind)
        findings = self.env["supplier.credit.finding"]
        differing = 0
        for one in page:
            record = records.get(one.code)
            if not record:
                # The answer to a message under way may bring this very record.
                if not any(one.reference in request for request in requests):
                    self._report_unknown(findings, kind, one)
            elif record.state != one.state and record.state in LIVING[kind]:
                record._query_once(f"{kind}_query")
                differing += 1
        findings._end(self, kind, records)
        return differing

    def _find_known(self, kind, codes):
        """Return a dict from code to the record here, whatever agreement it is under."""
        records = self.env[MODELS[kind]].search([("code", "in", codes)])
        known = {record.code: record for record in records}
        if kind == "preauthorization":
            former = records.search([("former_code", "in", codes)])
            known |= {record.former_code: record for record in former}
        return known

    def _list_requests_under_way(self, kind):
        """Return the texts of the requests that create something and have no answer yet."""
        messages = self.env["supplier.credit.message"].search(
            [
                ("agreement_id", "=", self.id),
                ("operation", "=", f"{kind}_create"),
                ("state", "in", ("waiting", "sending", "unknown", "answered")),
            ]
        )
        return [message.request or "" for message in messages]

    def _report_unknown(self, findings, kind, one):
        """List a record of Supplier that nothing here knows."""
        partner = self._find_partner(kind, one)
        findings._report(
            self,
            kind,
            one.code,
            reference=one.reference,
            partner_id=partner.id,
            amount=float(one.amount),
            # As Supplier calls it: what it means here is not sure.
            supplier_state=one.body["situacao"],
            problem=self._describe_unknown(kind, one),
            body=findings._dump(one.body),
        )

    def _find_partner(self, kind, one):
        """Return the customer of a record of Supplier; empty if no contact has its number."""
        if kind == "post_sale":
            return (
                self._find_known("transaction", [one.reference])
                .get(one.reference, self.env[MODELS["transaction"]])
                .partner_id
            )
        return self.env["res.partner"].search(
            [
                ("vat", "in", list_spellings(one.customer)),
                ("parent_id", "=", False),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        )

    def _describe_unknown(self, kind, one):
        match kind:
            case "preauthorization":
                return self.env._(
                    "Supplier has pre-authorization %(code)s for order %(order)s, which is "
                    "unknown here and holds the customer's limit. Take it over: it serves the "
                    "order, or is cancelled if no order needs it.",
                    code=one.code,
                    order=one.reference,
                )
            case "transaction":
                return self.env._(
                    "Supplier has transaction %(code)s for NF-e %(key)s, which is unknown here. "
                    "Make its invoice with that NF-e, then take it over; nothing is sent twice.",
                    code=one.code,
                    key=one.reference,
                )
        return self.env._(
            "Supplier has request %(code)s about sale %(sale)s, which is unknown here. Make the "
            "return, cancellation or bonus of the same amount here: Supplier is asked first, and "
            "nothing is sent twice.",
            code=one.code,
            sale=one.reference,
        )

    def _store_comparison(self, found, differing):
        """Query what lives here and was not listed, and store the result."""
        for kind, codes in found.items():
            here = self.env[MODELS[kind]].search(
                [
                    ("agreement_id", "=", self.id),
                    ("state", "in", LIVING[kind]),
                    ("code", "!=", False),
                    ("code", "not in", list(codes)),
                ]
            )
            for record in here:
                record._query_once(f"{kind}_query")
            differing += len(here)
        unknown = self.env["supplier.credit.finding"].search_count(
            [("agreement_id", "=", self.id), ("state", "=", "open"), ("kind", "!=", "entry")]
        )
        self.write(
            {
                "comparison_wanted": False,
                "compared_at": fields.Datetime.now(),
                "comparison_result": self.env._(
                    "Compared with Supplier: %(listed)s live there, %(differing)s differ and are "
                    "being queried, %(unknown)s are unknown here (see Needs Attention).",
                    listed=sum(map(len, found.values())),
                    differing=differing,
                    unknown=unknown,
                ),
            }
        )

    def _store_comparison_failure(self, error):
        """Show why the comparison stopped; the next run begins anew."""
        reason = str(error)
        if isinstance(error, SupplierError):
            reason = self._describe_error(error)
            self._hold_queue(error, reason)
        self.comparison_result = self.env._(
            "The comparison with Supplier stopped and is tried again by itself.\n%(reason)s",
            reason=reason.replace("\0", ""),
        )


def _list_queries(since):
    """Return (kind, operation, query) of each list of what may live at Supplier.

    :param since: first date of the NF-e that are compared
    """
    return [
        *(
            ("preauthorization", "preauthorization_list", {"situacao": state})
            for state in ("EM_ANALISE", "VIGENTE", "UTILIZADA_PARCIAL")
        ),
        ("transaction", "transaction_list", {"dataEmissaoInicial": since.isoformat()}),
        *(
            ("post_sale", "post_sale_list", {"situacao": state})
            for state in ("EM_ANALISE", "EM_ANDAMENTO")
        ),
    ]


def _fetch(client, kind, operation, query):
    """Yield the pages of a list, each a list of `tools.api.listing.Listed`."""
    number, has_more = 1, True
    while has_more:
        body = client.fetch(operation, {**query, "pagina": number, "tamanho": PAGE_SIZE})
        page = ListedPage.from_wire(kind, body)
        if page.has_more and not page.records:
            raise MalformedAnswer("an empty page says that there are more")
        yield page.records
        number, has_more = number + 1, page.has_more
