from odoo import models

from ...tools.activity import hand_over_notices


class ResUsers(models.Model):
    """What waits for a user who leaves is somebody else's to do."""

    _inherit = "res.users"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.check_access("write")
            hand_over_notices(self)
        return super().write(vals)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_archive(self):
        self.check_access("write")
        # Before the host deletes them.
        hand_over_notices(self)
        return super().action_archive()
