from . import (
    account_account,
    agreement,
    agreement_accounts,
    agreement_calendar,
    agreement_marks,
    agreement_position,
    agreement_pricing,
    iof_rate,
    overview,
    rate,
    res_company,
    res_config_settings,
)
