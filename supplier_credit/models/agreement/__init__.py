from . import (
    agreement,
    agreement_parameters,
    agreement_post_sales,
    attention,
    overview,
    res_config_settings,
)
