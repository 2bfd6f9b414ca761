/**
 * A finding is over when Security Hub has it as resolved, suppressed or archived, or its control as
 * passed; where several products use one id, each of them.
 */
import {
  getSecurityHubFindings,
  getSecurityHubFindingsV2,
} from "../../../aws/securityhub/finding.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { type Finding, findingIn } from "./finding.ts";

interface ImportedFindings {
  readonly findings: readonly Pick<Finding, "id" | "key">[];
}

export default confirmation({
  reads: [getSecurityHubFindings, getSecurityHubFindingsV2],
  async over({ findings }: ImportedFindings, { read, key, detailType }) {
    const id = findings.find((finding) => finding.key === key)?.id;
    if (!id) throw new Error("the event names no finding");
    const Filter = { Value: id, Comparison: "EQUALS" } as const;
    const answers = async () => {
      if (!detailType.endsWith("V2"))
        return read(getSecurityHubFindings({ Filters: { Id: [Filter] } }));
      const StringFilters = [{ FieldName: "finding_info.uid" as const, Filter }];
      return read(getSecurityHubFindingsV2({ Filters: { CompositeFilters: [{ StringFilters }] } }));
    };
    const { Findings = [] } = await answers();
    if (Findings.length === 0) throw new Error("Security Hub has no such finding any more");
    return Findings.every((finding) => findingIn.parse(finding).over);
  },
});
