from . import (
    account_move,
    contract,
    job_item,
    link,
    link_delivery,
    link_wire,
    panel,
    panel_pull,
    panel_take,
    res_partner,
    res_partner_matching,
    row,
)
