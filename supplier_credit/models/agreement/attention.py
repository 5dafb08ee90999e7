from odoo import fields, models
from odoo.tools import SQL


class SupplierCreditAttention(models.Model):
    """All problems that need a person, in one list: the problem, its record, and since when."""

    _name = "supplier.credit.attention"
    _description = "Needs Attention"
    _auto = False
    _order = "since desc, id"
    _rec_name = "subject"

    kind = fields.Selection(
        selection=[
            ("preauthorization", "Pre-authorization"),
            ("invoice", "NF-e"),
            ("transaction", "Transaction"),
            ("post_sale", "Post-sales request"),
            ("customer", "Customer's credit"),
            ("event", "Event from Supplier"),
            ("agreement", "Agreement"),
            ("settlement", "Settlement"),
        ],
        readonly=True,
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    subject = fields.Char(readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    agreement_id = fields.Many2one(comodel_name="supplier.credit.agreement", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        help="Of the order or invoice. A salesperson sees only own and unassigned documents.",
    )
    problem = fields.Text(string="What Happened and What to Do", readonly=True)
    since = fields.Datetime(readonly=True)

    @property
    def _table_query(self):
        # The remainder of an id is the kind, so that ids stay the same from query to query.
        return SQL(
            """
            SELECT r.id * 16 AS id, 'preauthorization' AS kind,
                   'supplier.credit.preauthorization' AS res_model, r.id AS res_id,
                   r.order_number AS subject, r.partner_id, r.agreement_id, r.company_id,
                   r.error AS problem, r.write_date AS since, o.user_id
              FROM supplier_credit_preauthorization r
         LEFT JOIN sale_order o ON o.id = r.order_id
             WHERE r.error IS NOT NULL AND r.state NOT IN ('cancelled', 'used', 'expired')
         UNION ALL
            SELECT t.id * 16 + 1, 'transaction', 'supplier.credit.transaction', t.id,
                   m.name, t.partner_id, t.agreement_id, t.company_id,
                   COALESCE(t.error, t.reason), t.write_date, m.invoice_user_id
              FROM supplier_credit_transaction t
              JOIN account_move m ON m.id = t.invoice_id
             WHERE m.state != 'cancel'
                   AND (t.error IS NOT NULL OR t.state IN ('rejected', 'error')
                        OR t.processing_state = 'error')
         UNION ALL
            SELECT s.id * 16 + 6, 'post_sale', 'supplier.credit.post.sale', s.id,
                   v.name, s.partner_id, s.agreement_id, s.company_id,
                   COALESCE(s.error, CONCAT_WS(' ', s.reason, %s)), s.write_date,
                   v.invoice_user_id
              FROM supplier_credit_post_sale s
              JOIN account_move v ON v.id = s.invoice_id
             WHERE s.state != 'withdrawn'
                   AND (s.error IS NOT NULL OR s.state = 'error' OR s.processing_state = 'error'
                        OR (s.state IN ('refused', 'partially_approved') AND s.open_amount > 0))
         UNION ALL
            SELECT c.id * 16 + 2, 'customer', 'supplier.credit.customer', c.id,
                   p.complete_name, c.partner_id, c.agreement_id, c.company_id,
                   COALESCE(c.error, c.pendencies, c.reason), c.write_date, NULL
              FROM supplier_credit_customer c
              JOIN res_partner p ON p.id = c.partner_id
             WHERE c.error IS NOT NULL OR c.state IN ('rejected', 'pending')
         UNION ALL
            SELECT e.id * 16 + 3, 'event', 'supplier.credit.message', e.id,
                   e.event_id, e.partner_id, e.agreement_id, e.company_id, e.error,
                   e.write_date, NULL
              FROM supplier_credit_message e
             WHERE e.direction = 'incoming' AND e.state = 'failed'
         UNION ALL
            SELECT a.id * 16 + 4, 'agreement', 'supplier.credit.agreement', a.id,
                   a.name, NULL, a.id, a.company_id,
                   CASE WHEN a.queue_stopped THEN COALESCE(a.stop_reason, %s)
                        ELSE COALESCE(a.settlement_error, a.confirmation_error) END,
                   a.write_date, NULL
              FROM supplier_credit_agreement a
             WHERE a.queue_stopped OR a.settlement_error IS NOT NULL
                   OR a.confirmation_error IS NOT NULL
         UNION ALL
            SELECT m.id * 16 + 5, 'invoice', 'account.move', m.id, m.name, m.commercial_partner_id,
                   COALESCE(b.supplier_agreement_id, (
                       SELECT MIN(active.id) FROM supplier_credit_agreement active
                        WHERE active.enabled AND active.company_id = m.company_id
                   )), m.company_id, COALESCE(m.supplier_nfe_problem, %s), m.write_date,
                   m.invoice_user_id
              FROM account_move m
         LEFT JOIN account_payment_method_line b ON b.id = m.preferred_payment_method_line_id
             WHERE m.state != 'cancel' AND (m.supplier_nfe_problem IS NOT NULL
                   OR m.supplier_sefaz_state IN ('rejected', 'denied'))
         UNION ALL
            SELECT m.id * 16 + 5, 'invoice', 'account.move', m.id, m.name, m.commercial_partner_id,
                   t.agreement_id, m.company_id, %s, n.create_date, m.invoice_user_id
              FROM supplier_credit_nfe_cancellation n
              JOIN account_move m ON m.supplier_nfe_key = n.key AND m.company_id = n.company_id
              JOIN supplier_credit_transaction t ON t.invoice_id = m.id
             WHERE n.confirmed_by_id IS NULL AND m.supplier_sefaz_state = 'cancelled'
                   AND m.supplier_nfe_problem IS NULL AND m.state != 'cancel'
                   AND t.state = 'approved' AND t.processing_state = 'done'
                   AND NOT EXISTS (
                       SELECT FROM supplier_credit_post_sale s
                        WHERE s.transaction_id = t.id AND s.kind = 'cancellation'
                   )
         UNION ALL
            SELECT s.id * 16 + 7, 'settlement', 'supplier.credit.settlement', s.id,
                   a.name || ' / ' || s.date, NULL, s.agreement_id, s.company_id,
                   COALESCE(s.error, e.problem), s.write_date, NULL
              FROM supplier_credit_settlement s
              JOIN supplier_credit_agreement a ON a.id = s.agreement_id
         LEFT JOIN LATERAL (
                   SELECT COALESCE(u.conflict, u.problem, u.acknowledgement_error, '-') AS problem
                     FROM supplier_credit_settlement_entry u
                    WHERE u.settlement_id = s.id
                          AND (u.state IN ('open', 'proposed') OR u.conflict IS NOT NULL)
                 ORDER BY u.id LIMIT 1
                   ) e ON TRUE
             WHERE s.error IS NOT NULL OR e.problem IS NOT NULL
         UNION ALL
            SELECT f.id * 16 + 8,
                   CASE WHEN f.kind = 'entry' THEN 'settlement' ELSE f.kind END,
                   'supplier.credit.finding', f.id,
                   f.code, f.partner_id, f.agreement_id, f.company_id, f.problem,
                   f.create_date, NULL
              FROM supplier_credit_finding f
             WHERE f.state = 'open'
            """,
            self.env._("Use Decide to say what becomes of what Supplier did not approve."),
            self.env._(
                "Sending has stopped: Supplier refused the credentials. Correct them and use Test "
                "Connection; waiting messages are sent then."
            ),
            self.env._("SEFAZ did not authorise the NF-e. Correct it where it is issued."),
            self.env._(
                "SEFAZ has cancelled the NF-e, and Supplier still has the sale. Open the invoice "
                "and request the cancellation, if that is what is wanted."
            ),
        )

    def action_open_record(self):
        """Open the record, which shows the problem and the button that solves it."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._get_records_action()
