"""The three addons beside the apps that companies have: shop, till, stock, loyalty."""
