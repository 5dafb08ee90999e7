from odoo import api, models
from odoo.exceptions import AccessError

# What makes an attachment the file of a field.
PLACE = frozenset({"res_field", "res_id", "res_model"})


class IrAttachment(models.Model):
    """The file of a field is as closed as the field itself; see `abstract_guard.py`."""

    _inherit = "ir.attachment"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_reseller_billing_fields()
        return attachments

    def write(self, vals):
        self._check_reseller_billing_fields()
        result = super().write(vals)
        if not PLACE.isdisjoint(vals):
            self._check_reseller_billing_fields()
        return result

    def unlink(self):
        self._check_reseller_billing_fields()
        return super().unlink()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_reseller_billing_fields(self):
        """Refuse users who write the files of fields that they may not write.

        :raise AccessError: naming the record and the field
        """
        if self.env.su:
            return
        for attachment in self.sudo():
            name, model = attachment.res_field, attachment.res_model
            if not name or not hasattr(self.env.get(model), "_get_reseller_billing_closed"):
                continue
            record = self.env[model].browse(attachment.res_id)
            if name in record._get_reseller_billing_closed(is_new=False):
                record.check_access("write")
                raise AccessError(record._explain_reseller_billing_refusal([name]))
