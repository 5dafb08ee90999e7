"""Who may say what: the access matrix of the three addons, generated from Odoo's registry."""
