from . import (
    account_account,
    agreement,
    agreement_accounts,
    agreement_parameters,
    agreement_post_sales,
    agreement_work,
    attention,
    overview,
    res_config_settings,
)
