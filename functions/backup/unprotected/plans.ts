/**
 * AWS Backup's own plans: watched, not repeated. A plan may be there for years and back up nothing:
 * its selection fits nothing any more, its role lost a right, or nobody opted in a service.
 */
import type { BackupJob, BackupRule, BackupSelection } from "@aws-sdk/client-backup";
import {
  describeRegionSettings,
  getBackupPlan,
  getBackupSelection,
  listBackupJobs,
  listBackupPlans,
  listBackupSelections,
} from "../../../aws/backup/inventory.ts";
import { count } from "../../../sdk/counted.ts";
import { isLike } from "../../../sdk/exempt-from.ts";
import { after, before, hours } from "../../../sdk/time.ts";
import { lastDueIn } from "./last-due.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource } from "./resource.ts";

export const planReads = [
  listBackupPlans,
  getBackupPlan,
  listBackupSelections,
  getBackupSelection,
  listBackupJobs,
  describeRegionSettings,
] as const;
type Here = LookingPlace<typeof planReads>;

/** A plan of somebody else's making that needs somebody. */
export interface PlanTrouble {
  readonly name: string;
  /** `AWS Backup plan`, `DLM policy`. */
  readonly what: string;
  readonly region: string;
  readonly words: readonly string[];
}

interface Ended {
  readonly at: Date;
  readonly failed: boolean;
  readonly state: string;
  readonly why: string;
}

/** What the jobs of one plan say. */
interface Jobs {
  /** Of each resource, the last that has ended. */
  readonly last: Map<string, Ended>;
  newest: Date | undefined;
}

const failures: ReadonlySet<string> = new Set(["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]);

function note(job: BackupJob, jobs: Map<string, Jobs>): void {
  const { CreatedBy, ResourceArn = "", State = "", StatusMessage = "", CreationDate: at } = job;
  const plan = CreatedBy?.BackupPlanId;
  if (!plan || !at || job.IsParent) return;
  const known = jobs.get(plan) ?? { last: new Map<string, Ended>(), newest: undefined };
  jobs.set(plan, known);
  if (!known.newest || at > known.newest) known.newest = at;
  const failed = failures.has(State);
  if (!failed && State !== "COMPLETED") return;
  const before = known.last.get(ResourceArn);
  if (!before || at > before.at)
    known.last.set(ResourceArn, { at, failed, state: State, why: StatusMessage });
}

/** The service of an ARN's resource, as AWS Backup's settings call it. */
const optedAs: Readonly<Record<Resource["kind"], string>> = {
  instance: "EC2",
  volume: "EBS",
  database: "RDS",
  cluster: "Aurora",
  table: "DynamoDB",
  efs: "EFS",
  fsx: "FSx",
  bucket: "S3",
};

/** A plan is asked of what it selects here, and of nothing that is looked at by nobody. */
interface Selected {
  readonly resources: readonly Resource[];
  /** It names resources of services that are not looked at here. */
  readonly others: boolean;
  /** Kinds that it selects by tag or by pattern, and that nobody has opted in. */
  readonly notOptedIn: readonly string[];
}

const tagOf = (key = ""): string => key.replace(/^aws:ResourceTag\//, "");
const tagValue = ({ tags }: Resource, key: string | undefined): string | undefined =>
  tags.find(({ Key }) => Key === tagOf(key))?.Value;

/** All of them must hold. */
function meets(resource: Resource, { Conditions = {} }: BackupSelection): boolean {
  const value = (key: string | undefined) => tagValue(resource, key);
  const {
    StringEquals = [],
    StringNotEquals = [],
    StringLike = [],
    StringNotLike = [],
  } = Conditions;
  return (
    StringEquals.every((each) => value(each.ConditionKey) === each.ConditionValue) &&
    StringNotEquals.every((each) => value(each.ConditionKey) !== each.ConditionValue) &&
    StringLike.every((each) => isLike(value(each.ConditionKey) ?? "", each.ConditionValue ?? "")) &&
    !StringNotLike.some((each) => isLike(value(each.ConditionKey) ?? "", each.ConditionValue ?? ""))
  );
}

function fits(resource: Resource, selection: BackupSelection): boolean {
  const { Resources = [], NotResources = [], ListOfTags = [] } = selection;
  const isOf = (arns: readonly string[]) => arns.some((arn) => isLike(resource.arn, arn));
  if (isOf(NotResources) || !meets(resource, selection)) return false;
  const isTagged = ListOfTags.some(
    ({ ConditionKey, ConditionValue }) => tagValue(resource, ConditionKey) === ConditionValue,
  );
  return isTagged || isOf(Resources);
}

const lookedAt =
  /^(\*|arn:[^:]*:(ec2:[^:]*:[^:]*:(instance|volume)\/|rds:[^:]*:[^:]*:(db|cluster):|dynamodb:[^:]*:[^:]*:table\/|elasticfilesystem:[^:]*:[^:]*:file-system\/|fsx:[^:]*:[^:]*:(file-system|volume)\/|s3:::))/;

function selectedBy(
  selections: readonly BackupSelection[],
  all: readonly Resource[],
  optIns: Readonly<Record<string, boolean>>,
): Selected {
  const resources = all.filter((each) => selections.some((selection) => fits(each, selection)));
  const named = new Set(selections.flatMap(({ Resources = [] }) => Resources));
  const off = resources
    .filter(({ arn, kind }) => !named.has(arn) && optIns[optedAs[kind]] === false)
    .map(({ kind }) => optedAs[kind]);
  return {
    resources,
    others: [...named].some((arn) => !lookedAt.test(arn)),
    notOptedIn: [...new Set(off)],
  };
}

/** When a job should have been there by: AWS makes them at the beginning of the window. */
const tolerance = hours(2);

interface LastDue {
  readonly at: Date;
  readonly rule: string;
}

/** The last time that a rule was due and has no excuse for, and that jobs are known of. */
function lastDue(rules: readonly BackupRule[], { now, since }: Judging): LastDue | undefined {
  const dues = rules.flatMap(
    ({ RuleName = "", ScheduleExpression, ScheduleExpressionTimezone }) => {
      if (!ScheduleExpression) return [];
      const zone = ScheduleExpressionTimezone ?? "UTC";
      const at = lastDueIn(ScheduleExpression, zone, { since, until: before(now, tolerance) });
      return at ? [{ at, rule: RuleName }] : [];
    },
  );
  return dues.toSorted((a, b) => b.at.getTime() - a.at.getTime()).at(0);
}

interface WatchedPlan {
  readonly rules: readonly BackupRule[];
  /** It has been as it is since then. */
  readonly since: Date | undefined;
  readonly selections: readonly BackupSelection[];
}

interface Judging {
  readonly all: readonly Resource[];
  /** Whether `all` is all that there is. */
  readonly isComplete: boolean;
  readonly optIns: Readonly<Record<string, boolean>>;
  readonly now: Date;
  /** Jobs before it are not asked for. */
  readonly since: Date;
}

const day = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function notRun(
  { rules, since, selections }: WatchedPlan,
  jobs: Jobs | undefined,
  judging: Judging,
): string[] {
  const due = lastDue(rules, judging);
  if (!due || (since && since > due.at)) return [];
  if (jobs?.newest && jobs.newest >= before(due.at, hours(1))) return [];
  const { resources, others } = selectedBy(selections, judging.all, judging.optIns);
  const when = `its rule ${due.rule} was due at ${day(due.at)} and made no job`;
  if (resources.length)
    return [`${when}, though it selects ${count(resources.length, "resource")}`];
  if (others || !judging.isComplete) return [when];
  return [`${when}: its selections fit nothing that is here`];
}

function failed(jobs: Jobs | undefined, { all, isComplete }: Judging): string[] {
  const here = new Set(all.map(({ arn }) => arn));
  const isGone = (arn: string) => isComplete && lookedAt.test(arn) && !here.has(arn);
  const ended = [...(jobs?.last ?? [])].filter(([arn]) => !isGone(arn));
  const bad = ended
    .filter(([, job]) => job.failed)
    .toSorted(([, a], [, b]) => b.at.getTime() - a.at.getTime());
  const [first] = bad;
  if (!first) return [];
  const [arn, { at, state, why }] = first;
  const last = `${arn.split(":").slice(5).join(":")} at ${day(at)}, ${state}${why ? `: ${why}` : ""}`;
  return [`the last job of ${bad.length} of ${count(ended.length, "resource")} failed: ${last}`];
}

function troubleWith(plan: WatchedPlan, jobs: Jobs | undefined, judging: Judging): string[] {
  if (!plan.selections.length) return ["it has no selection, and so it backs up nothing"];
  const { notOptedIn } = selectedBy(plan.selections, judging.all, judging.optIns);
  const off = notOptedIn.length
    ? [
        `it selects by tag or pattern what AWS Backup is not opted in for here: ${notOptedIn.join(", ")}`,
      ]
    : [];
  return [...failed(jobs, judging), ...notRun(plan, jobs, judging), ...off];
}

async function selectionsOf(read: Here["read"], BackupPlanId: string): Promise<BackupSelection[]> {
  const found: BackupSelection[] = [];
  for await (const { SelectionId } of read(listBackupSelections({ BackupPlanId }))) {
    const answer = await read(getBackupSelection({ BackupPlanId, SelectionId }));
    if (answer?.BackupSelection) found.push(answer.BackupSelection);
  }
  return found;
}

/** @param seen what there is here, as far as it could be read */
export async function plansIn(
  { read, region, now }: Here,
  seen: { readonly all: readonly Resource[]; readonly isComplete: boolean },
  since: Date,
): Promise<PlanTrouble[]> {
  const plans = await Array.fromAsync(read(listBackupPlans({})));
  if (!plans.length) return [];
  const { ResourceTypeOptInPreference: optIns = {} } = await read(describeRegionSettings({}));
  const jobs = new Map<string, Jobs>();
  for await (const job of read(listBackupJobs({ ByCreatedAfter: since }))) note(job, jobs);
  const judging = { ...seen, optIns, now, since: after(since, tolerance) };
  const troubles: PlanTrouble[] = [];
  for (const { BackupPlanId = "", BackupPlanName: name = "" } of plans) {
    const answer = await read(getBackupPlan({ BackupPlanId }));
    // It was deleted meanwhile.
    if (!answer?.BackupPlan) continue;
    const plan = {
      rules: answer.BackupPlan.Rules ?? [],
      since: answer.CreationDate,
      selections: await selectionsOf(read, BackupPlanId),
    };
    const words = troubleWith(plan, jobs.get(BackupPlanId), judging);
    if (words.length) troubles.push({ name, what: "AWS Backup plan", region, words });
  }
  return troubles;
}
