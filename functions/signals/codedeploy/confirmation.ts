/**
 * A group is deployed to again when CodeDeploy says that the deployment has succeeded, and it was
 * no rollback: after one the group runs, but without what was to be deployed.
 */
import { getDeployment } from "../../../aws/codedeploy/deployment.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface DeploymentEvent {
  readonly deploymentId?: string | undefined;
}

export default confirmation({
  reads: [getDeployment],
  async over({ deploymentId }: DeploymentEvent, { read }) {
    if (!deploymentId) throw new Error("the event names no deployment");
    const { deploymentInfo: deployment } = await read(getDeployment({ deploymentId }));
    const wayBack =
      deployment?.creator === "codeDeployRollback" ||
      deployment?.rollbackInfo?.rollbackTriggeringDeploymentId !== undefined;
    return deployment?.status === "Succeeded" && !wayBack;
  },
});
