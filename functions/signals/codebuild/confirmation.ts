/** A project builds again when CodeBuild says that the build has succeeded. */
import { batchGetBuilds } from "../../../aws/codebuild/build.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { nameIn } from "../../../sdk/signals/names.ts";

interface BuildEvent {
  readonly "build-id"?: string | undefined;
}

export default confirmation({
  reads: [batchGetBuilds],
  async over({ "build-id": id }: BuildEvent, { read }) {
    if (!id) throw new Error("the event names no build");
    // `build/project:uuid` of an ARN; it is asked for as `project:uuid`.
    const { builds = [] } = await read(
      batchGetBuilds({ ids: [nameIn(id).replace(/^build\//, "")] }),
    );
    return builds.length > 0 && builds.every(({ buildStatus }) => buildStatus === "SUCCEEDED");
  },
});
