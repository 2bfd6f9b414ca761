/** A stack is well again when its status says so; its drift when it was looked for and not found. */
import { describeStacks } from "../../../aws/cloudformation/stack.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { fine } from "./statuses.ts";

export default confirmation({
  reads: [describeStacks],
  async over({ "stack-id": StackName }: { readonly "stack-id": string }, { detailType, read }) {
    const stacks = await Array.fromAsync(read(describeStacks({ StackName })));
    if (detailType.includes("Drift"))
      return stacks.some(
        ({ DriftInformation }) => DriftInformation?.StackDriftStatus === "IN_SYNC",
      );
    return stacks.some(
      ({ StackStatus }) => StackStatus !== undefined && fine.includes(StackStatus),
    );
  },
});
