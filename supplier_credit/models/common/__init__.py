from . import (
    abstract_guard,
    abstract_processing,
    abstract_state,
    abstract_subject,
    entry_lines,
    for_each,
    ir_attachment,
    res_users,
    supplier_user,
)
