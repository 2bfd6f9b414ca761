/** How grave an event of unknown kind is, and what it is about, by what its fields are called. */
import type { Severity } from "../../../sdk/message.ts";
import { isWorse } from "../../../sdk/severity.ts";

/** A leaf of an event: its path, `a.b[0].c`, and its value as text. */
export type Fact = readonly [path: string, value: string];

export interface Judged {
  readonly detailType: string;
  /** The outermost first. */
  readonly facts: readonly Fact[];
}

/** Of a path each part as its letters alone: `TrainingJobStatus` and `training-job-status` are one. */
const partsOf = (path: string): string[] =>
  path.split(".").map((part) =>
    part
      .replace(/\[\d+\]/g, "")
      .toLowerCase()
      .replace(/[^a-z]/g, ""),
  );

/** `recovery launch failed` of `RECOVERY_LAUNCH_FAILED`, `timed out` of `TimedOut`. */
const wordsOf = (text: string): string =>
  text
    .slice(0, 500)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .toLowerCase();

/** What it was before says nothing of what it is. */
const before = /^(previous|prior|old|former|before)/;

const statusName =
  /(status|statuscode|state|result|outcome|conclusion|phase|health|verdict|stopcode|compliancetype|eventtypecategory|action|event|eventname|eventtype|eventtypecode|transition|category|categories|notificationtype)$/;
const errorName =
  /^(errors?|error(code|message|type|details?)|failure(reason|code|message|type)|fail(ed)?reason|exception|fault(code|string)?)$/;
const failureCount =
  /^(number(of)?|num|total)?(failed|failures?|errors?)[a-z]*(count|s)?$|(failed|failure|error)count$/;

const bad =
  /\b(fail(s|ed|ure|ures|ing)?|error(s|ed)?|fault(s|ed|y)?|time ?out|timed ?out|expired|expiring|impaired|abort(ed)?|unhealthy|unavailable|degraded|lost|corrupt(ed)?|denied|rejected|exceeded|exhausted|interrupt(ed|ion)?|unsuccessful|non ?compliant|threats? found|infected|malicious|compromised|revoked|insufficient|unreachable|disconnected|crash(ed)?|breach(ed)?|violat(ion|ed)|issue|alarm|warn(ing)?|alert|danger|stuck|deadlock(ed)?|overdue|throttled|out of memory|oom|killed|quarantined?|inaccessible|incompatible|blocked|anomaly|not ready|cannot|unable|rollback|rolled back|low storage|storage full|missed|mismatch|conflict|inactive key)\b/;
/** `no threats found`, `0 errors`, `failover completed`. */
const denied =
  /\b(no|without|zero|0|not) (\w+ )?(threats?( found)?|errors?|failures?|failed|issues?|violations?|faults?)\b/g;
const well =
  /\b(succeed(ed|s)?|success(ful|fully)?|ok|passed|healthy|completed?|resolved|recovered)\b/;
const ended = /\b(resolved|closed|archived|suppressed|remediated|cleared)\b/;

const isBad = (text: string): boolean => bad.test(wordsOf(text).replace(denied, " "));

const none = /^(|0|none|null|false|n\/?a|no|noerror|success|ok|-)$/i;

/** A word for how grave something is, in whatever scale. */
function gradeOf(text: string): Severity | undefined {
  if (/^(critical|high|urgent|emergency|blocker|sev-?[01]|p[01]|fatal|very ?high)$/i.test(text))
    return "critical";
  if (/^(medium|warn(ing)?|moderate|error|elevated|sev-?2|p2|major)$/i.test(text)) return "warning";
  return /^(low|info(rmational)?|minor|none|sev-?[345]|p[345]|debug|notice|trivial)$/i.test(text)
    ? "info"
    : undefined;
}

/**
 * GuardDuty's scale goes to 10: from 7 high, from 4 medium. Security Hub's normalized one goes to
 * 100.
 */
function gradeOfNumber(value: string): Severity | undefined {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) return undefined;
  const ofTen = number > 10 ? number / 10 : number;
  if (ofTen >= 7) return "critical";
  return ofTen >= 4 ? "warning" : "info";
}

/** How grave a field says that it is, where that is what it says. */
function graded([path, value]: Fact): Severity | undefined {
  const parts = partsOf(path);
  const last = parts.at(-1) ?? "";
  if (parts.some((part) => before.test(part))) return undefined;
  if (parts.some((part) => /severit(y|ies)(level)?counts?$/.test(part)))
    return Number(value) > 0 ? gradeOf(last) : undefined;
  const isSeverity =
    /(severity|severitylevel|severitylabel|risklevel|criticality|priority|urgency)$/;
  const named = isSeverity.test(last) || isSeverity.test(parts.at(-2) ?? "");
  if (!named) return undefined;
  const number = /^(severity|normalized)$/.test(last) ? gradeOfNumber(value) : undefined;
  return gradeOf(value.trim()) ?? number;
}

const isStatus = (path: string): boolean => {
  const parts = partsOf(path);
  if (parts.some((part) => before.test(part))) return false;
  // `state.value`, `status.name`
  const holds = /^(value|name|code|label)$/.test(parts.at(-1) ?? "") ? parts.at(-2) : undefined;
  return statusName.test(parts.at(-1) ?? "") || statusName.test(holds ?? "");
};

/** Whether one of its fields says that something went wrong. */
function saysBad([path, value]: Fact): boolean {
  const parts = partsOf(path);
  const last = parts.at(-1) ?? "";
  if (parts.some((part) => before.test(part))) return false;
  if (errorName.test(last)) return !none.test(value.trim());
  if (failureCount.test(last) && Number(value) > 0) return true;
  if (last === "daystoexpiry") return true;
  if (last === "exitcode") return Number(value) !== 0;
  return isStatus(path) && isBad(value);
}

const isCall = (detailType: string): boolean => detailType.endsWith("API Call via CloudTrail");

/** A call is as grave as its outcome: what it is called, and what was asked, is no state. */
const refused = (facts: readonly Fact[]): boolean =>
  facts.some(([path, value]) => path === "errorCode" && !none.test(value.trim()));

/**
 * By what it says of itself: its severity, else whether its type, a state or an error says that
 * something failed. What is over is no longer as grave as it was.
 */
export function severityJudged({ detailType, facts }: Judged): Severity {
  if (isCall(detailType)) return refused(facts) ? "warning" : "info";
  const states = facts.filter(([path]) => isStatus(path));
  const over = states.some(([, value]) => ended.test(wordsOf(value)));
  if (over) return "info";
  const grades = facts.flatMap((fact) => graded(fact) ?? []);
  const worst = grades.reduce<Severity | undefined>(
    (found, grade) => (found === undefined || isWorse(grade, found) ? grade : found),
    undefined,
  );
  if (worst === "critical") return worst;
  const isFine = states.some(([, value]) => isWell(value));
  const typeIsBad = isBad(detailType) && !isFine;
  const inWords = !isFine && facts.some(saysBadInWords);
  const failed = typeIsBad || inWords || facts.some((fact) => saysBad(fact) || signInFailed(fact));
  return failed ? "warning" : (worst ?? "info");
}

/** What is said in sentences counts only for what fails outright: they name other things too. */
const failedInWords =
  /\b(failed|failure|timed out|error|exhausted|unable to|could not|cannot|has stopped|out of memory)\b/;
const isSentence =
  /^(message|statusmessage|statusreason|stoppedreason|eventmessage|summary|cause)$/;
const saysBadInWords = ([path, value]: Fact): boolean =>
  isSentence.test(partsOf(path).at(-1) ?? "") &&
  failedInWords.test(wordsOf(value).replace(denied, " "));

/** The state that an event is about, as it says it: a bad one before any other. */
export function stateIn(facts: readonly Fact[]): string | undefined {
  const states = facts.filter(
    ([path, value]) =>
      /(status|state|result|outcome)$/.test(partsOf(path).at(-1) ?? "") &&
      isStatus(path) &&
      value.length <= 60,
  );
  return (states.find(saysBad) ?? states[0])?.[1];
}

const isWell = (value: string): boolean => well.test(wordsOf(value)) && !isBad(value);

const signInFailed = ([path, value]: Fact): boolean =>
  path.startsWith("responseElements.") && value === "Failure";

/** What nobody knows a thing by: accounts, secrets that were taken out, flags. */
const tellsNothing = (value: string): boolean =>
  /^\d{12}$/.test(value) ||
  value.includes("[redacted]") ||
  /^(|true|false|null|none|-|\*|root|unknown)$/i.test(value.trim()) ||
  /^arn:[^:]*:iam::\d{12}:root$/.test(value);

const random = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Names of fields that hold the name of something else than what it is about. */
const otherName =
  /^(event|user|detailtype|product|company|region|account|tag|metric|attribute|parameter|field|vendor|provider|organization|country|city|isp|org|host|namespace|type|service|port|protocol|process|principal|display)?name$/;

/** Ids of things that people act on, in calls: the most telling first. */
const ofCalls = [
  /(^|[.-])instance-?ids?$/i,
  /groupId$/i,
  /logGroupName$/i,
  /bucket\.?name$/i,
  /functionName$/i,
  /(^|\.)userName$/i,
];
const ids = [/(^|[.-])arn$/i, /[a-z]arn$/i, /(^|[.-])id$/i, /[a-z]Id$/, /[a-z]-id$/, /_id$/];

/** `vol-0a1b2c3d`: whoever calls EC2 means a thing by it. */
const ofEc2 = /^[a-z]{1,12}-[0-9a-f]{8,17}$/;

const notItsOwn =
  /identity|account|principal|^(request|event|source|version|correlation|trace)-?_?id$/i;

const isName = ([path]: Fact): boolean => {
  const last = partsOf(path).at(-1) ?? "";
  const holder = partsOf(path).at(-2) ?? "";
  if (last === "name")
    return /(bucket|repository|cluster|job|function|table|instance|resource|project|pipeline|stack)$/.test(
      holder,
    );
  return last.endsWith("name") && !otherName.test(last);
};

/**
 * What an event is about: a name before an id, the outermost first; never an account, and a random
 * id only where there is nothing else.
 */
export function subjectIn({ detailType, facts }: Judged): string | undefined {
  const own = facts.filter(([path, value]) => !notItsOwn.test(path) && !tellsNothing(value));
  const first = (wanted: RegExp, among = own) => among.find(([path]) => wanted.test(path));
  const known = ofCalls.flatMap((wanted) => first(wanted) ?? [])[1];
  const name = own.find(isName)?.[1];
  const byId = ids.flatMap(
    (wanted) =>
      first(
        wanted,
        own.filter(([, value]) => !random.test(value)),
      ) ?? [],
  )[1];
  const byRandomId = ids.flatMap((wanted) => first(wanted) ?? [])[1];
  if (detailType.endsWith("via CloudTrail")) {
    const acted = own.find(([path, value]) => ofEc2.test(value) && !/^source/i.test(path))?.[1];
    return known ?? acted ?? name ?? byId ?? byRandomId;
  }
  return name ?? known ?? byId ?? byRandomId;
}

/** Of the resources that an event names, those that tell something. */
export const telling = (resources: readonly string[]): string[] =>
  resources.filter((resource) => !tellsNothing(resource));
