"""The reseller panel: clients, subscriptions (contratações), invoices (faturas)."""
