from . import (
    abstract_guard,
    abstract_outbox,
    abstract_state,
    ir_attachment,
    job,
    job_item,
    res_users,
)
