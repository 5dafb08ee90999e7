from odoo.exceptions import UserError


def for_each(records, act):
    """Do something for each of several records, and tell the user what became of them.

    One that is refused changes nothing of itself and keeps no other from being done. If all are
    refused, or the only one, that is an error.

    :param act: called with one record; refuses by UserError
    :return: of several, a notification with the number of those done and the others' reasons; of
        one, nothing: its form shows what became of it
    :raise UserError: with all reasons, when nothing was done
    """
    env = records.env
    reasons = []
    for record in records:
        try:
            with env.cr.savepoint():
                act(record)
        except UserError as error:
            reasons.append(str(error))
    if len(reasons) == len(records):
        raise UserError("\n".join(reasons))
    if len(records) == 1:
        return None
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
