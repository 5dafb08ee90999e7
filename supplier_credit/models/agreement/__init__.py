from . import (
    agreement,
    agreement_contracted,
    agreement_overview,
    agreement_parameters,
    agreement_post_sales,
    attention,
    res_config_settings,
)
