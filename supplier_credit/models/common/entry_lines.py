def get_items_by_key(entry, lines):
    """Return a dict from the keys of an entry's lines to the journal items made of them.

    Journal items are created in the order of the lines, so their ids rise in that order.

    :param entry: the `account.move`, as it was created
    :param lines: dict from a key to the values of each line, all that the entry was created with
    :raise ValueError: when the entry has other lines, too, or lacks some
    """
    return dict(zip(lines, entry.line_ids.sorted("id"), strict=True))
