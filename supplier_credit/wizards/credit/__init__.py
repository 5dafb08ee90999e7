from . import customer_send, customer_send_line
