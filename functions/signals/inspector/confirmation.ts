/**
 * A finding is over when Inspector says that it is closed or suppressed, or has it no more: what is
 * closed, and what was found in something that is gone, it deletes after some days.
 */
import { listInspectorFindings } from "../../../aws/inspector2/finding.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface FindingEvent {
  readonly findingArn: string;
}

const over = new Set(["CLOSED", "SUPPRESSED"]);

export default confirmation({
  reads: [listInspectorFindings],
  async over({ findingArn }: FindingEvent, { read }) {
    const { findings = [] } = await read(
      listInspectorFindings({
        filterCriteria: { findingArn: [{ comparison: "EQUALS", value: findingArn }] },
      }),
    );
    return findings.every(({ status }) => over.has(status ?? ""));
  },
});
