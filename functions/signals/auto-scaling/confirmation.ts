/** A group can launch (or terminate) again when the last such activity that ended has succeeded. */
import { describeScalingActivities } from "../../../aws/autoscaling/activity.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface ActivityEvent {
  readonly AutoScalingGroupName: string;
}

const ended = new Set(["Successful", "Failed", "Cancelled"]);

export default confirmation({
  reads: [describeScalingActivities],
  async over({ AutoScalingGroupName }: ActivityEvent, { read, detailType }) {
    const { Activities = [] } = await read(
      describeScalingActivities({ AutoScalingGroupName, MaxRecords: 100 }),
    );
    const doing = detailType.includes("Launch") ? "Launching" : "Terminating";
    const last = Activities.find(
      ({ Description = "", StatusCode = "" }) =>
        Description.startsWith(doing) && ended.has(StatusCode),
    );
    return last?.StatusCode === "Successful";
  },
});
