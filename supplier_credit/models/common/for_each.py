from odoo.exceptions import UserError


def for_each(records, act):
    """Process several records one by one, each in a savepoint, and report the result.

    A record that is refused is left unchanged and does not stop the others.

    :param act: called with one record; refuses it by a UserError
    :return: for several records a notification with the number of those done and the reasons of the
        others; True for a single one, whose form shows the result
    :raise UserError: with all reasons, when every record was refused
    """
    env = records.env
    reasons = []
    for record in records:
        try:
            with env.cr.savepoint():
                act(record)
        except UserError as error:
            reasons.append(str(error))
    if reasons and len(reasons) == len(records):
        raise UserError("\n".join(reasons))
    if len(records) <= 1:
        return True
    done = len(records) - len(reasons)
    if reasons:
        message = env._(
            "%(done)s done, %(refused)s not:\n%(reasons)s",
            done=done,
            refused=len(reasons),
            reasons="\n".join(reasons),
        )
    else:
        message = env._("%(done)s done. See the states in the list.", done=done)
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "warning" if reasons else "success",
            "sticky": bool(reasons),
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
