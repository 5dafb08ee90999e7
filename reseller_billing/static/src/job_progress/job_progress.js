import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PROGRESS = "reseller_billing.job";

/** Shows background work anew whenever the server says that some of it is done. */
export class JobProgress extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps };

    setup() {
        this.bus = useService("bus_service");
        this.onProgress = ({ id }) => {
            if (id === this.props.record.resId) {
                this.props.record.load();
            }
        };
        onMounted(() => this.bus.subscribe(PROGRESS, this.onProgress));
        onWillUnmount(() => this.bus.unsubscribe(PROGRESS, this.onProgress));
    }
}

registry.category("view_widgets").add("reseller_billing_job_progress", { component: JobProgress });
