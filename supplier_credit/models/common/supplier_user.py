from odoo.exceptions import AccessError

from ...const import USER_GROUP


def check_supplier_user(records):
    """Refuse users who may only read these records, such as auditors, and those who may not.

    The records are written by the addon alone, so that reading them is all that access rights say.

    :raise AccessError: the host's own, or naming the records
    """
    records.check_access("read")
    if not records.env.su and not records.env.user.has_group(USER_GROUP):
        raise AccessError(
            records.env._(
                "You may read %(records)s, but not act on it. Ask for the role User of Supplier "
                "Credit.",
                records=", ".join(filter(None, records.mapped("display_name")))
                or records._description,
            )
        )
