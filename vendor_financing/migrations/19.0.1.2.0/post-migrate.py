"""Stores on titles what follows the invoice no more; before, the invoice was asked."""


def migrate(cr, version):
    if not version:
        return
    cr.execute(
        """UPDATE vendor_financing_contract_title title
              SET document_number = move.name, document_reference = move.ref
             FROM account_move move
            WHERE move.id = title.move_id AND title.document_number IS NULL
              AND EXISTS (SELECT FROM vendor_financing_contract_installment part
                           WHERE part.title_id = title.id AND part.state != 'pending')"""
    )
