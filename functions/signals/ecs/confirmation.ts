/**
 * A service is well again when as many tasks run as it wants and its deployments are done; a failed
 * deployment only when another has been made, not when ECS has rolled it back.
 */
import { describeServices } from "../../../aws/ecs/service.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { serviceOf, shortService } from "./service-named.ts";

interface ServiceEvent {
  readonly group?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly eventName?: string | undefined;
}

const rolledBack = /roll(ed|ing) ?back/i;

export default confirmation({
  reads: [describeServices],
  async over(event: ServiceEvent, { read, resources }) {
    const service = serviceOf(event, resources);
    const [cluster, name] = (shortService(service) ?? "").split("/");
    if (!cluster || !name) throw new Error("the event does not name cluster and service");
    const { services = [] } = await read(describeServices({ cluster, services: [name] }));
    const deploys = event.eventName?.startsWith("SERVICE_DEPLOYMENT_") ?? false;
    return services.some(
      ({ runningCount = 0, desiredCount = 0, deployments = [] }) =>
        runningCount >= desiredCount &&
        deployments.every(
          ({ rolloutState = "COMPLETED", rolloutStateReason = "" }) =>
            rolloutState === "COMPLETED" && !(deploys && rolledBack.test(rolloutStateReason)),
        ),
    );
  },
});
