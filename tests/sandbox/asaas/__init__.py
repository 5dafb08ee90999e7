"""The provider of online receipts Asaas (API v3) as an account holder sees it."""
