from . import (
    contract,
    contract_billing,
    contract_fatura,
    contract_follow_up,
    contract_lifecycle,
    contract_line,
    contract_readers,
    overview,
    plan,
    reminder,
    res_company,
    res_partner,
)
