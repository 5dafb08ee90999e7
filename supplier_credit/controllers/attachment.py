from odoo.addons.mail.controllers.attachment import AttachmentController


class SupplierAttachmentController(AttachmentController):
    def _get_pdf_first_page_response(self, attachment):
        # The host reads the content as superuser here, so no other check applies.
        attachment._check_not_withheld_by_supplier()
        return super()._get_pdf_first_page_response(attachment)
