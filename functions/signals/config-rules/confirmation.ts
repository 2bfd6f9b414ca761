/**
 * A resource breaks a rule no more when AWS Config has no result of that rule that says so. Of a
 * resource that is gone it has none.
 */
import { getComplianceDetailsByResource } from "../../../aws/config/compliance.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface ComplianceEvent {
  readonly configRuleName: string;
  readonly resourceId: string;
  readonly resourceType?: string | undefined;
}

export default confirmation({
  reads: [getComplianceDetailsByResource],
  async over({ configRuleName, resourceId, resourceType }: ComplianceEvent, { read }) {
    if (!resourceType) throw new Error("the event does not say of which type its resource is");
    const results = read(
      getComplianceDetailsByResource({
        ResourceType: resourceType,
        ResourceId: resourceId,
        ComplianceTypes: ["NON_COMPLIANT"],
      }),
    );
    for await (const { EvaluationResultIdentifier: of } of results)
      if (of?.EvaluationResultQualifier?.ConfigRuleName === configRuleName) return false;
    return true;
  },
});
