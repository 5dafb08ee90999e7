-- A copy of the database must not charge anybody
UPDATE payment_provider
   SET asaas_api_key = NULL,
       webhook_key = NULL,
       webhook_token = NULL,
       webhook_reference = NULL,
       webhook_state = 'none',
       state = 'disabled',
       is_published = FALSE
 WHERE code = 'asaas';
-- nor read or write the reseller's panel
UPDATE reseller_billing_panel
   SET token = NULL,
       active = FALSE;
-- and is no restored backup either: it looks where it is by itself
DELETE FROM ir_config_parameter WHERE key = 'reseller_billing.database_mark';
