/** An instance that stopped is back when EC2 says that it runs. */
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { confirmation } from "../../../sdk/signal.ts";

export default confirmation({
  reads: [describeInstances],
  async over({ "instance-id": id }: { readonly "instance-id": string }, { read }) {
    // By filter: asked by its id, one that is gone would be an error.
    for await (const { State } of read(
      describeInstances({ Filters: [{ Name: "instance-id", Values: [id] }] }),
    ))
      return State?.Name === "running";
    throw new Error(`there is no instance ${id} any more`);
  },
});
