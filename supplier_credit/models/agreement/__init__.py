from . import (
    agreement,
    agreement_overview,
    agreement_parameters,
    agreement_post_sales,
    attention,
    res_config_settings,
)
