"""Turns the one word of a debit into the table of words; rows keep the meaning that they had."""

USUAL = ("LIQUIDACAO", "LIQUIDADO", "BAIXA", "PAGO", "PAGAMENTO")


def migrate(cr, version):
    if not version:
        return
    cr.execute(
        """SELECT 1 FROM information_schema.columns
            WHERE table_name = 'vendor_financing_agreement'
              AND column_name = 'report_debit_value'"""
    )
    if not cr.fetchone():
        return
    cr.execute(
        """INSERT INTO vendor_financing_report_word
                  (agreement_id, company_id, word, folded, meaning)
           SELECT id, company_id, TRIM(report_debit_value), LOWER(TRIM(report_debit_value)),
                  'default'
             FROM vendor_financing_agreement WHERE TRIM(report_debit_value) != ''
      ON CONFLICT DO NOTHING"""
    )
    cr.execute(
        """INSERT INTO vendor_financing_report_word
                  (agreement_id, company_id, word, folded, meaning)
           SELECT agreement.id, company_id, word, LOWER(word), 'settlement'
             FROM vendor_financing_agreement agreement, UNNEST(%s) word
      ON CONFLICT DO NOTHING""",
        [list(USUAL)],
    )
    cr.execute("UPDATE vendor_financing_report_line SET principal = amount WHERE principal IS NULL")
