def in_user_language(records):
    """Return the records with the language of the user, who reads why something is refused.

    The host creates and draws documents in the language of the customer. No records cost nothing.
    """
    if not records:
        return records
    language = records.env.user.lang
    return records.with_context(lang=language) if language else records
