/**
 * A finding is over when Access Analyzer says that it is resolved or archived. One that is gone is
 * over only where the event says that it was deleted.
 */
import { getFindingV2 } from "../../../aws/access-analyzer/finding.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface FindingEvent {
  readonly id: string;
  readonly isDeleted?: boolean | undefined;
}

export default confirmation({
  reads: [getFindingV2],
  async over({ id, isDeleted }: FindingEvent, { read, resources }) {
    const analyzerArn = resources.find((arn) => arn.includes(":analyzer/"));
    if (!analyzerArn) throw new Error("the event names no analyzer");
    const finding = await read(getFindingV2({ analyzerArn, id, maxResults: 1 }));
    if (!finding && !isDeleted) throw new Error("Access Analyzer has no such finding any more");
    return !finding || finding.status === "RESOLVED" || finding.status === "ARCHIVED";
  },
});
