def tell_once(record, user, summary, note):
    """Give a person something to do about a record, unless the same waits for them already.

    :param record: one record with activities
    :param user: who is to look at it; somebody of the record's company if they are not active
    :param str summary: what it is about, in the person's language; it tells one thing from another
    :param str note: what happened, and what to do next
    """
    record.ensure_one()
    if record.activity_ids.filtered(lambda activity: activity.summary == summary):
        return
    company = record.company_id or record.env.company
    record.activity_schedule(
        "mail.mail_activity_data_todo",
        summary=summary,
        note=note,
        user_id=company._get_billing_responsible(user).id,
    )


def end_told(record, summary):
    """Take away what `tell_once` gave a person to do, because it is done by itself.

    :param record: one record with activities
    :param str summary: as it was told, in the same language
    """
    record.activity_ids.filtered(lambda activity: activity.summary == summary).action_done()
