def migrate(cr, version):
    """Drop the index that allowed a contract one fatura a month: months are billed plan by plan."""
    cr.execute("DROP INDEX IF EXISTS account_move_one_fatura_a_month")
