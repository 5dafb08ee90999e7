"""Makes many orders of the demo company. Runs inside Odoo's shell through `make(env, …)`."""

from odoo.fields import Command


def make(env, count, amount):
    """Make quotations on Supplier's credit, copies of the demo's first customer and terms; commit.

    :param amount: of the first one, BRL; each later one is 1.00 more
    """
    model = env["sale.order"].search([("supplier_release_state", "!=", False)], limit=1, order="id")
    product = model.order_line[0].product_id
    env["sale.order"].create(
        [
            {
                "partner_id": model.partner_id.id,
                "payment_term_id": model.payment_term_id.id,
                "preferred_payment_method_line_id": model.preferred_payment_method_line_id.id,
                "client_order_ref": "many",
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount + number,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
            for number in range(count)
        ]
    )
    env.cr.commit()


def queue(env):
    """Queue the pre-authorizations of these orders without delivering them."""
    orders = env["sale.order"].search([("client_order_ref", "=", "many")])
    orders.action_send_supplier_preauthorization()
    env.cr.postcommit.clear()
    env.cr.commit()
