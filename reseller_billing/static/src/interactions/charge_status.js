import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const PAUSE = 5000;
const FINAL = ["received", "refunded", "cancelled", "charged_back"];

/** Asks how the charge of a fatura stands, and shows the page anew once that changes. */
export class ChargeStatus extends Interaction {
    static selector = ".o_reseller_billing_charge";

    start() {
        this.ask();
    }

    ask() {
        if (FINAL.includes(this.el.dataset.state)) {
            return;
        }
        this.waitForTimeout(async () => {
            let state = null;
            try {
                const { url, token } = this.el.dataset;
                state = await this.waitFor(rpc(url, { access_token: token }));
            } catch {
                // The network may be away for a while; the next turn asks again.
                state = null;
            }
            if (state && state !== this.el.dataset.state) {
                window.location.reload();
            } else {
                this.ask();
            }
        }, PAUSE);
    }
}

registry.category("public.interactions").add("reseller_billing.charge_status", ChargeStatus);
