-- A copy of a production database must never reach Supplier.
UPDATE supplier_credit_agreement
   SET enabled = false,
       environment = 'sandbox',
       client_id = NULL,
       client_secret = NULL,
       webhook_secret = NULL;
