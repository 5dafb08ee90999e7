"""Stores on titles and requests what follows invoice and order no more; they were asked before."""


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
    cr.execute(
        """UPDATE vendor_financing_request request SET debtor_id = debtor.commercial_partner_id
             FROM sale_order AS related
             JOIN res_partner debtor ON debtor.id = related.partner_invoice_id
            WHERE related.id = request.order_id AND request.debtor_id IS NULL"""
    )
    cr.execute(
        """UPDATE vendor_financing_request request SET debtor_vat = debtor.vat
             FROM res_partner debtor
            WHERE debtor.id = request.debtor_id AND request.debtor_vat IS NULL"""
    )
