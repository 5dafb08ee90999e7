"""Numbers the receivables of invoices that have several, so that titles have names of their own."""


def migrate(cr, version):
    if not version:
        return
    cr.execute(
        """WITH item AS (
               SELECT line.id, COUNT(*) OVER (PARTITION BY line.move_id) AS items,
                      ROW_NUMBER() OVER (PARTITION BY line.move_id ORDER BY line.id) AS place
                 FROM account_move_line line
                 JOIN account_account account ON account.id = line.account_id
                WHERE account.account_type = 'asset_receivable'
                  AND line.move_id IN (SELECT move_id FROM vendor_financing_contract_title)
           )
           UPDATE vendor_financing_contract_title title SET item_number = item.place
             FROM item WHERE item.id = title.line_id AND item.items > 1"""
    )
