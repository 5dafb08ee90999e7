"""A stub of Odoo Enterprise's electronic invoicing.

It has only the names and codes that the addon reads; the module is no dependency.
"""

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry

from .common import NfeUploadCommon


class EnterpriseMove(models.Model):
    _module = None
    _name = "account.move"
    _inherit = "account.move"

    l10n_br_last_edi_status = fields.Selection(
        [
            ("pending", "Pending"),
            ("accepted", "Accepted"),
            ("error", "Error"),
            ("cancelled", "Cancelled"),
        ],
        copy=False,
    )
    l10n_br_edi_xml_attachment_file = fields.Binary(copy=False, attachment=True)


class SefazStubs(NfeUploadCommon):
    """Adds the stub classes of `stubs` to the registry, and removes them again."""

    stubs = ()
    columns = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        move = cls.registry["account.move"]
        kept = move._base_classes__
        new = [stub._name for stub in cls.stubs if stub._name not in cls.registry]

        def remove_stubs():
            move._base_classes__ = kept
            for name in new:
                del cls.registry.models[name]
            cls.registry._setup_models__(cls.env.cr)

        cls.addClassCleanup(remove_stubs)
        for stub in cls.stubs:
            add_to_registry(cls.registry, stub)
        cls.registry._setup_models__(cls.env.cr, ["account.move", *new])
        for name in new:
            cls.registry.init_models(cls.env.cr, [name], {})
        for name, kind in cls.columns.items():
            cls.env.cr.execute(f"ALTER TABLE account_move ADD COLUMN {name} {kind}")
