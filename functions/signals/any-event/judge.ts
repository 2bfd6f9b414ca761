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

const lastPart = (path: string): string => partsOf(path).at(-1) ?? "";

/** What it was before says nothing of what it is. */
const before = /^(previous|prior(?!ity)|old|former|before)/;
/** What was asked for or set up is no state. */
const asked = /(config|configuration|settings|parameters|policy)$/;

const stateName =
  /(status|statuscode|statuscodevalue|state|result|outcome|conclusion|phase|health|verdict|stopcode|compliancetype)$/;
/** What else says what has happened: not a state, but as telling where there is none. */
const happeningName =
  /(eventtype|eventname|notificationtype|messagetype|changetype|typeofchange|subtype|policytype|actiontype|transition|operation|operationtype)$/;
const otherStateName = /(eventtypecategory|eventtypecode|action|event|category|categories)$/;
const errorName =
  /^(errors?|error(code|message|type|details?)|failure(reason|code|message|type)|fail(ed)?reason|exception|fault(code|string)?)$/;
const failureCount =
  /^(number(of)?|num|total)?(failed|failures?|errors?)[a-z]*(count|s)?$|(failed|failure|error)count$/;
/**
 * Of flags: what is wrong when it is not so, what when it is, and what says that it is over or was
 * made to see one.
 */
const goodFlag = /(connected|healthy|succeeded|successful|success|passed)$/;
const badFlag = /^ispublic$/;
const overFlag = /^(is)?(archived|resolved|suppressed|deleted|sample)$/;

const bad =
  /\b(fail(s|ed|ure|ures|ing)?|error(s|ed)?|fault(s|ed|y)?|time ?out|timed ?out|expired|expiring|expiration|impaired|abort(ed)?|unhealthy|unavailable|degraded|lost|corrupt(ed)?|denied|rejected|exceeded|exhausted|interrupt(ed|ion)?|unsuccessful|non ?compliant|threats? found|infected|malicious|compromised|revoked|insufficient|unreachable|disconnected|offline|crash(ed)?|breach(ed)?|violat(ion|ed)|stuck|stalled|deactivated|deadlock(ed)?|overdue|throttled|out of memory|oom|oomkilled|killed|back off|unstable|unauthorized|not authorized|action required|quarantined?|inaccessible|incompatible|blocked|anomal(y|ies) detected|not ready|cannot|unable|rollback|rolled back|low storage|storage full|missed|mismatch|conflict|inactive key|starvation start|(ipsec|bgp|connection|link|tunnel|session|host|node|service) down)\b/;
/** What is worth a look where nothing says how grave it is. */
const uneasy = /\b(issue|alarm|warn(ing)?|alert|danger|retire(d|ment))\b/;
/** `no threats found`, `0 errors`, `not stalled`. */
const denied =
  /\b(no|without|zero|0|not) (\w+ )?(threats?( found)?|errors?|failures?|failed|issues?|violations?|faults?|stalled|degraded|impaired)\b/g;
const well =
  /\b(compliant|succeed(ed|s)?|success(ful|fully)?|ok|passed|healthy|completed?|done|resolved|recovered)\b/;
/** All is well, whatever severity what was checked would have had. */
const sound = /\b(compliant|succeeded|success(ful|fully)?|ok|passed|healthy|recovered)\b/;
const ended = /\b(resolved|archived|suppressed|remediated|cleared)\b/;

const isBad = (text: string): boolean => bad.test(wordsOf(text).replace(denied, " "));

const none = /^(|0|none|null|false|n\/?a|no|noerror|success|ok|-)$/i;

/** A word for how grave something is, in whatever scale. */
function gradeOf(text: string): Severity | undefined {
  if (/^(critical|high|urgent|emergency|blocker|sev[- ]?[01]|p[01]|fatal|very ?high)$/i.test(text))
    return "critical";
  if (/^(medium|warn(ing)?|moderate|error|elevated|sev[- ]?2|p2|major)$/i.test(text))
    return "warning";
  return /^(low|info(rmational)?|minor|none|sev[- ]?[345]|p[345]|debug|notice|trivial)$/i.test(text)
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
    /(severity|severitylevel|severitylabel|^level|loglevel|risklevel|riskscore|criticality|priority|urgency)$/;
  const named = isSeverity.test(last) || isSeverity.test(parts.at(-2) ?? "");
  if (!named) return undefined;
  const number = /^(severity|normalized|riskscore)$/.test(last) ? gradeOfNumber(value) : undefined;
  return gradeOf(value.trim()) ?? number;
}

/** Whether a field is so named, and tells of now. */
function isNamed(path: string, name: RegExp): boolean {
  const parts = partsOf(path);
  const holders = parts.slice(0, -1);
  if (parts.some((part) => before.test(part)) || holders.some((part) => asked.test(part)))
    return false;
  // `state.value`, `status.name`
  const holds = /^(value|name|code|label)$/.test(parts.at(-1) ?? "") ? parts.at(-2) : undefined;
  return name.test(parts.at(-1) ?? "") || name.test(holds ?? "");
}
const isStatus = (path: string): boolean =>
  [stateName, happeningName, otherStateName].some((name) => isNamed(path, name));

/** Whether one of its fields says that something went wrong, other than by a state. */
function isFault([path, value]: Fact): boolean {
  const parts = partsOf(path);
  const last = parts.at(-1) ?? "";
  if (parts.some((part) => before.test(part))) return false;
  if (failureCount.test(last) && Number(value) > 0) return true;
  if (last === "daystoexpiry") return Number(value) <= expiresSoon;
  if (last === "exitcode") return Number(value) !== 0;
  if (last === "statuscode") return /^[45]\d\d$/.test(value);
  if (last === "type" || last === "reason") return outright.test(wordsOf(value));
  return (value === "false" && goodFlag.test(last)) || (value === "true" && badFlag.test(last));
}
/** In fields that mostly say something else: what can only be meant so. */
const outright = /\b(failed|failure|timed out|oomkilled|back off)\b/;
/** Days. */
const expiresSoon = 45;

const isError = ([path, value]: Fact): boolean =>
  errorName.test(lastPart(path)) && !none.test(value.trim());
const isBadState = ([path, value]: Fact): boolean => isStatus(path) && isBad(value);

const isWell = (value: string): boolean =>
  !isBad(value) && (well.test(wordsOf(value)) || wordsOf(value).replace(denied, "") === "");

const isCall = (detailType: string): boolean => detailType.endsWith("API Call via CloudTrail");

/** A call is as grave as its outcome: what it is called, and what was asked, is no state. */
const refused = (facts: readonly Fact[]): boolean =>
  facts.some(([path, value]) => path === "errorCode" && !none.test(value.trim()));

/** What is over is no longer as grave as it was; what is closed may have failed. */
function isOver({ detailType, facts }: Judged, states: readonly Fact[]): boolean {
  if (facts.some(([path, value]) => value === "true" && overFlag.test(lastPart(path)))) return true;
  const said = [detailType, ...states.map(([, value]) => value)].map(wordsOf);
  if (states.some(([, value]) => ended.test(wordsOf(value)))) return true;
  return said.some((words) => /\bclosed\b/.test(words)) && !states.some(isBadState);
}

/**
 * By what it says of itself: its severity, else whether its type, a state or an error says that
 * something failed.
 */
export function severityJudged(event: Judged): Severity {
  const { detailType, facts } = event;
  if (isCall(detailType)) return refused(facts) ? "warning" : "info";
  const states = facts.filter(([path]) => isStatus(path));
  if (isOver(event, states)) return "info";
  const outside = states.filter(([path]) => !path.includes(".") && !path.includes("["));
  const noneIsBad = !states.some(isBadState);
  const isSound = noneIsBad && outside.some(([, value]) => sound.test(wordsOf(value)));
  const counted = facts.filter(([path]) => !isSound || /counts?\./i.test(path));
  const worst = gravest(counted.flatMap((fact) => graded(fact) ?? []));
  if (worst === "critical") return worst;
  if (!noneIsBad || facts.some((fact) => isFault(fact) || signInFailed(fact))) return "warning";
  const isFine = states.some(([, value]) => isWell(value));
  const isDone = outside.some(([, value]) => isWell(value));
  if (!isFine && (isBad(detailType) || facts.some(saysBadInWords))) return "warning";
  if (!isDone && facts.some(isError)) return "warning";
  if (worst !== undefined) return worst;
  const said = [detailType, ...states.map(([, value]) => value)];
  return !isFine && said.some((text) => uneasy.test(wordsOf(text))) ? "warning" : "info";
}

const gravest = (grades: readonly Severity[]): Severity | undefined =>
  grades.reduce<Severity | undefined>(
    (found, grade) => (found === undefined || isWorse(grade, found) ? grade : found),
    undefined,
  );

/** What is said in sentences counts only for what fails outright: they name other things too. */
const failedInWords =
  /\b(failed|failure|timed out|error|exhausted|unable to|could not|cannot|did not|has stopped|out of memory|to (severe|degraded))\b/;
const isSentence =
  /^(message|detailmessage|statusmessage|statusreason|stoppedreason|eventmessage|summary|cause)$/;
/** DMS: `Replication task has stopped. Stop Reason FULL_LOAD_ONLY_FINISHED`. */
const hasFinished = /\bstop reason( \w{1,40}){0,8} finished\b/;
function saysBadInWords([path, value]: Fact): boolean {
  const words = wordsOf(value).replace(denied, " ");
  return isSentence.test(lastPart(path)) && failedInWords.test(words) && !hasFinished.test(words);
}

const depthOf = (path: string): number => path.split(".").length;

/** Of the fields so named the outermost, of these one that is called just that. */
function outermost(facts: readonly Fact[], name: RegExp): Fact | undefined {
  const [first] = facts;
  if (!first) return undefined;
  const beside = facts.filter(([path]) => depthOf(path) === depthOf(first[0]));
  const called = (wanted: RegExp) => beside.find(([path]) => wanted.test(lastPart(path)));
  const exact = called(/^(status|state|result)$/) ?? called(/(status|state|result)$/);
  return exact ?? beside.find(([path]) => isNamed(path, name)) ?? first;
}

/**
 * The state that an event is in, or what has happened, as it says it: what is bad before all else.
 */
export function stateIn(facts: readonly Fact[]): string | undefined {
  const told = facts.filter(
    ([path, value]) =>
      value.length <= 60 &&
      (isBad(value) || !/compliancetype$/.test(lastPart(path))) &&
      (isNamed(path, stateName) || isNamed(path, happeningName)),
  );
  const wrong = told.filter(isBadState);
  return outermost(wrong.length > 0 ? wrong : told, stateName)?.[1];
}

/** Why, the most telling first. */
const reasons = [
  /^(error|failure)message$/,
  /^(failure|status|state|stopped|action)reason$/,
  /^reason$/,
  /^error$/,
  /^(cause|statusmessage|detailmessage|eventmessage)$/,
  /summary$/,
  /^message$/,
  /^(change|insight)?description$/,
  /^(reason|error)code$/,
];

/** What it says of why it is so. @param state what is told already */
export function reasonIn(facts: readonly Fact[], state: string | undefined): string | undefined {
  const own = facts.filter(([, value]) => value !== state && !none.test(value.trim()));
  for (const name of reasons) {
    const said = own.find(([path]) => isNamed(path, name) && name.test(lastPart(path)));
    if (said) return said[1];
  }
  const fault = facts.find(isFault);
  if (!fault) return undefined;
  const called = fault[0].split(".").at(-1);
  return called === "type" ? fault[1] : `${called} ${fault[1]}`;
}

const signInFailed = ([path, value]: Fact): boolean =>
  path.startsWith("responseElements.") && value === "Failure";

/** What nobody knows a thing by: accounts, secrets that were taken out, flags. */
const tellsNothing = (value: string): boolean =>
  /^\d{12}$/.test(value) ||
  value.includes("[redacted]") ||
  /^(|true|false|null|none|-|\*+|root|unknown)$/i.test(value.trim()) ||
  /^arn:[^:]*:iam::\d{12}:root$/.test(value) ||
  /^arn:[^:]*:securityhub:[^:]*::product\//.test(value);

const random = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** Names of fields that hold the name of something else than what it is about. */
const otherName =
  /^(event|user|detailtype|product|company|region|account|tag|metric|attribute|parameter|field|vendor|provider|organization|country|city|isp|org|host|namespace|type|service|port|protocol|process|principal|display)?name$|(product|display|document|hook|trigger)name$/;

/** Names and ids of things that people act on, in calls: the most telling first. */
const ofCalls = [
  /(^|[.-])instance-?ids?$/i,
  /groupId$/i,
  /logGroupName$/i,
  /bucket\.?name$/i,
  /functionName$/i,
  /(^|\.)userName$/i,
  /accountName$/i,
  /^insightDetails\.eventName$/,
];
const ids = [/(^|[.-])arn$/i, /[a-z]arn$/i, /(^|[.-])id$/i, /[a-z]Id$/, /[a-z]-id$/, /_id$/];

/** What a thing is in: told where nothing within it has a name. */
const container = /(directory|domain|stack|cluster|vpc|subnet|network|parent)-?_?id$/i;

/** `vol-0a1b2c3d`: whoever calls EC2 means a thing by it. */
const ofEc2 = /^[a-z]{1,12}-[0-9a-f]{8,17}$/;

/** The same of names: `databaseName` beside `tableName`. */
const containerName = /(database|catalog|schema|cluster|application)name$/;

const notItsOwn =
  /identity|account-?_?id|principal|(^|\.)(request|event|source|version|correlation|trace|message)-?_?id$/i;

const isName = ([path]: Fact): boolean => {
  const last = lastPart(path);
  const holder = partsOf(path).at(-2) ?? "";
  // `s3Bucket`; `Environment: shop-prod` of a letter
  if (/^(s?bucket|cluster|environment|resource|sourceidentifier)$/.test(last)) return true;
  if (last === "name")
    return /^$|(bucket|repository|cluster|job|function|table|instance|resource|project|pipeline|stack|requestparameters)$/.test(
      holder,
    );
  return last.endsWith("name") && !otherName.test(last);
};

/** Of the fields whose path fits the earliest of the patterns, the outermost. */
function firstNamed(facts: readonly Fact[], paths: readonly RegExp[]): string | undefined {
  for (const wanted of paths) {
    const found = facts.find(([path]) => wanted.test(path));
    if (found) return found[1];
  }
  return undefined;
}

/**
 * What an event is about, as it names it: a resource, a name, an id, and what only has a random id
 * last; never an account.
 */
export function subjectIn({ detailType, facts, resources }: NamedEvent): string | undefined {
  const isTold = ([path, value]: Fact) => !notItsOwn.test(path) && !tellsNothing(value);
  const own = facts.filter(isTold);
  const byId = (among: readonly Fact[]) =>
    firstNamed(
      among.filter(([path]) => !container.test(path)),
      ids,
    ) ?? firstNamed(among, ids);
  const names = own.filter(isName);
  const within = names.find(([path]) => !containerName.test(lastPart(path)));
  const [, name] = within ?? names[0] ?? [];
  const knownIds = own.filter(([, value]) => !random.test(value));
  if (detailType.endsWith("via CloudTrail")) {
    const acted = own.find(([path, value]) => ofEc2.test(value) && !/^source/i.test(path))?.[1];
    return resources[0] ?? firstNamed(own, ofCalls) ?? acted ?? name ?? byId(knownIds) ?? byId(own);
  }
  const named = resources.find((resource) => !random.test(resource));
  return (
    named ?? name ?? firstNamed(knownIds, ofCalls) ?? byId(knownIds) ?? resources[0] ?? byId(own)
  );
}

/** An event with the resources that it names and that tell something. */
export interface NamedEvent extends Judged {
  readonly resources: readonly string[];
}

/** Of the resources that an event names, those that tell something. */
export const telling = (resources: readonly string[]): string[] =>
  resources.filter((resource) => !tellsNothing(resource));
