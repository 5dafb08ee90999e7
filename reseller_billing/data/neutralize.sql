-- A copy of the database must not charge anybody
UPDATE payment_provider
   SET asaas_api_key = NULL,
       state = 'disabled',
       is_published = FALSE
 WHERE code = 'asaas';
