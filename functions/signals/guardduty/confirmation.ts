/** A finding is over when GuardDuty says that it is archived. */
import { getGuardDutyFindings } from "../../../aws/guardduty/finding.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface FindingEvent {
  readonly id: string;
  readonly arn?: string | undefined;
  /** Of a call that archives several: the ids of all. */
  readonly archives?: readonly string[];
  readonly service?: { readonly detectorId?: string | undefined } | undefined;
}

export default confirmation({
  reads: [getGuardDutyFindings],
  async over({ id: own, archives = [own], arn, service }: FindingEvent, { read, key = "" }) {
    const id = archives.find((archived) => key.endsWith(`/${archived}`)) ?? own;
    const DetectorId = service?.detectorId ?? /detector\/([^/]+)/.exec(arn ?? "")?.[1];
    if (!DetectorId) throw new Error("the event names no detector");
    const { Findings = [] } = await read(getGuardDutyFindings({ DetectorId, FindingIds: [id] }));
    const finding = Findings.find(({ Id }) => Id === id);
    if (!finding) throw new Error("GuardDuty has no such finding any more");
    return finding.Service?.Archived === true;
  },
});
