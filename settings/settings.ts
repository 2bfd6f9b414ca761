/**
 * The team's policy: `nightshift.config.ts`, typed from the registry. The bundle step alone parses
 * it (parse-settings.ts).
 */
import type * as z from "zod/mini";
import type { Span } from "../sdk/time.ts";
import type { Schedule, Unit } from "../sdk/unit.ts";
import type { Deployment, DeploymentSetting } from "./deployment.ts";
import type { Freeze, FreezeSetting } from "./freeze.ts";
import type { Mode } from "./mode.ts";
import type { ParsedPerson, Person } from "./person.ts";
import type { Mute, RouteSetting } from "./route.ts";
import type { ParsedSections, Sections } from "./sections.ts";
import type { TwoPersonRule } from "./two-persons.ts";

/** Who leaves what alone, until when. */
export interface ExemptSetting {
  /** A target's id, exactly; or the id of what contains it. */
  readonly target: string;
  /** `YYYY-MM-DD`, the last day in UTC. Absent: until it is removed here. */
  readonly until?: string | undefined;
  readonly owner: string;
  readonly reason: string;
  /** The units it exempts from; absent means all. */
  readonly from?: readonly string[] | undefined;
}

export interface Caps {
  /** Never more changes than this in a rolling day, for each unit, account and region. */
  readonly changes: number;
  /** Nor more than this part of what was looked at. */
  readonly percent: number;
  /**
   * That part is never less than this many: the limit is `min(changes, max(floor, percent of what
   * was looked at))` (rule: caps).
   */
  readonly floor: number;
}

type UnitOf<T> = T extends () => Promise<{ readonly default: infer U }> ? U : never;
type ConfigOf<U> = U extends { readonly config: infer C extends z.ZodMiniType }
  ? z.input<C>
  : never;
type OnOf<U> = U extends { readonly kind: "signal" }
  ? readonly { readonly source: string; readonly detailType?: string }[]
  : Schedule;

/**
 * What is set for one unit. Absent means `watch`, the unit's own schedule, its config's defaults.
 */
export type UnitSetting<U> = (U extends { readonly kind: "automation" }
  ? {
      readonly mode?: Mode;
      /**
       * Ids that it had before: what it did under them can still be taken back, and is still left
       * alone where that was undone.
       */
      readonly formerly?: readonly string[];
    }
  : object) & {
  /** `false`: not deployed at all. */
  readonly enabled?: boolean;
  readonly config?: ConfigOf<U>;
  /** Instead of the unit's own: a schedule, or a signal's events. */
  readonly on?: OnOf<U>;
};

/** `R`: the registry's type. */
export interface Settings<R> extends Sections {
  /** Of this file's form; 1 where absent. A newer one is refused. */
  readonly version?: 1;
  /** Where ledger, tell, decisions and watchdog live. */
  readonly home: string;
  /** Where units look; `home` alone where absent. */
  readonly regions?: readonly string[];
  /** Its name in the account, and what a company asks of everything that is deployed. */
  readonly deployment?: DeploymentSetting;
  /** IANA name for schedules that name none, and for text. Default UTC. */
  readonly timeZone?: string;
  readonly caps?: Partial<Caps>;
  /** Per target, after a successful change. Default 30 minutes. */
  readonly coolDown?: Span;
  /** Consecutive failed runs after which an automation goes back to `watch`. Default 5. */
  readonly breaker?: number;
  readonly exempt?: readonly ExemptSetting[];
  /**
   * How far ahead `until` of a tag may lie for it to exempt from a security automation, and for how
   * long tags may exempt one thing from it in all (rule: unauthenticated-tags). Default 14 days.
   */
  readonly longestSecurityExemption?: Span;
  /**
   * ARNs of IAM users or roles; `slack:<team>/<member>/<app>` for whoever decides in Slack. Absent
   * or empty: nobody may approve.
   */
  readonly approvers?: readonly string[];
  /** For what another person is wanted than whoever had a part in it. Default `false`. */
  readonly twoPersonRule?: TwoPersonRule;
  /**
   * Where runbooks can be opened, so that messages lead there: the address of a folder with
   * `runbooks.md`, of a page with a section for each unit, or one with `{unit}` in it. Absent:
   * messages name `docs/runbooks.md`.
   */
  readonly runbooks?: string;
  /** Who gets the messages, through what. The topic alone where absent. */
  readonly routes?: readonly RouteSetting[];
  /** Whom rotations, escalations and messages name. */
  readonly people?: Readonly<Record<string, Person>>;
  /** What is not told for a while. */
  readonly mutes?: readonly Mute[];
  /** When nothing is changed. */
  readonly freezes?: readonly FreezeSetting[];
  /**
   * What cannot be undone, or not for certain, asks first, even in `act`; `act` lifts that. Default
   * `ask`.
   */
  readonly irreversible?: "ask" | "act";
  /**
   * So many messages an hour are told of each source of events that is not AWS; what comes beyond
   * is counted (rule: events-close-nothing). Default 20.
   */
  readonly untrustedPerHour?: number;
  /**
   * ARNs of SNS topics of this account that may start `signals`: what AWS's services publish there
   * in shapes of their own (alarms, budgets, cost anomalies, RDS) is believed, whatever else comes
   * through them is told as not of AWS. Absent: no topic may (rule: events-close-nothing).
   */
  readonly signalTopics?: readonly string[];
  readonly units?: { readonly [K in keyof R]?: UnitSetting<UnitOf<R[K]>> };
}

/** Settings with every default filled in. */
export interface ParsedSettings extends ParsedSections {
  readonly home: string;
  readonly regions: readonly string[];
  readonly deployment: Deployment;
  readonly timeZone: string;
  readonly caps: Caps;
  readonly coolDown: Span;
  readonly breaker: number;
  readonly exempt: readonly ExemptSetting[];
  readonly longestSecurityExemption: Span;
  readonly approvers: readonly string[];
  readonly twoPersonRule: TwoPersonRule;
  readonly people: Readonly<Record<string, ParsedPerson>>;
  readonly routes: readonly RouteSetting[];
  readonly mutes: readonly Mute[];
  readonly runbooks?: string | undefined;
  readonly freezes: readonly Freeze[];
  readonly irreversible: "ask" | "act";
  readonly untrustedPerHour: number;
  readonly signalTopics: readonly string[];
  /** What is set, by id. */
  readonly units: Readonly<Record<string, ParsedUnit>>;
  /** Names of the functions that such a deployment has beside its units' own. */
  readonly functions: readonly string[];
  /** Names of the tags that anything in these settings matches by. */
  readonly routedTags: readonly string[];
}

/** Whether incidents are kept: by the function of this name, which a feature may have. */
export const keepsIncidents = ({ functions }: Pick<ParsedSettings, "functions">): boolean =>
  functions.includes("incidents");

/** What is set for one unit; its config is parsed by its own schema. */
export interface ParsedUnit {
  readonly enabled: boolean;
  readonly mode: Mode;
  /** Its ids of before. */
  readonly formerly?: readonly string[] | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly on?:
    | string
    | readonly { readonly source: string; readonly detailType?: string | undefined }[]
    | undefined;
}

/** What people wrote is wrong: names the field and the remedy. The command line exits with 2. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The key that was probably meant by an unknown one, within what a path leads to. */
export type Meant = (path: readonly PropertyKey[], key: string) => string | undefined;
const nothingMeant: Meant = () => undefined;

/**
 * `units.open-ingress.config.ports[0]: …` for each issue, one a line.
 * @param prefix what the paths of the issues begin below
 */
export function explainIssues(
  error: z.core.$ZodError,
  prefix: readonly PropertyKey[] = [],
  meant = nothingMeant,
): string {
  return error.issues
    .map((issue) => `${fieldText([...prefix, ...issue.path])}: ${issueText(issue, meant)}`)
    .join("\n");
}

/** `units.open-ingress.config.ports[0]` */
function fieldText(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return steps.join("").replace(/^\./, "") || "(root)";
}

/** What is wrong with a key is one level deeper. */
function issueText(issue: z.core.$ZodIssue, meant: Meant): string {
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => message).join("; ");
  if (issue.code !== "unrecognized_keys") return issue.message;
  const [only, ...more] = issue.keys.map((key) => [key, meant(issue.path, key)] as const);
  if (only?.[1] && !more.length) return `${issue.message}; did you mean ${only[1]}?`;
  const likely = [only, ...more].flatMap((pair) =>
    pair?.[1] ? [`${pair[1]} for ${pair[0]}`] : [],
  );
  return likely.length ? `${issue.message}; did you mean ${likely.join(", ")}?` : issue.message;
}

/**
 * Parses what is set for one unit with the unit's own schema.
 * @param meantBy finds what a misspelt key was meant to be, where a person reads it
 * @throws {SettingsError} that names the key, as `units.<id>.config.<key>`
 */
export function parseConfig<C extends z.ZodMiniObject>(
  { id, config: shape }: Pick<Unit<string, C>, "id" | "config">,
  given: unknown,
  file = "nightshift.config.ts",
  meantBy?: (schema: C) => Meant,
): z.output<C> {
  const parsed = shape.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const issues = explainIssues(parsed.error, ["units", id, "config"], meantBy?.(shape));
  throw new SettingsError(`${file} is not valid:\n${issues}`);
}

/** What every unit is given of the settings: nothing of people and channels. */
const ofEveryUnit = [
  "home",
  "regions",
  "timeZone",
  "caps",
  "coolDown",
  "breaker",
  "exempt",
  "longestSecurityExemption",
  "approvers",
  "twoPersonRule",
  "untrustedPerHour",
  "irreversible",
  "freezes",
] as const;

type OfEveryUnit = Pick<ParsedSettings, (typeof ofEveryUnit)[number]>;

/** A schedule that a unit is deployed with. */
export interface UnitSchedule {
  /** Which of the unit's triggers it is. */
  readonly sweep: number;
  readonly schedule: string;
  /** IANA name. */
  readonly timeZone: string;
}

/**
 * A unit's own part, which lies as `settings.json` beside its bundle: handlers take policy from
 * nowhere else.
 */
export interface UnitSettings extends OfEveryUnit {
  readonly id: string;
  /** Names go by it. */
  readonly deployment: Pick<Deployment, "prefix"> & Partial<Pick<Deployment, "flows">>;
  /** The ids of all units: by them our own roles are known (rule: own-echo). */
  readonly all: readonly string[];
  /** Those of automations, where they are known: a tag exempts from nothing else. */
  readonly automations?: readonly string[];
  readonly family: string;
  /** It keeps the account safe: a tag exempts from it only with an end that is near. */
  readonly protects: boolean;
  /** Only an exemption that names it counts. */
  readonly exemptByName?: boolean;
  readonly mode: Mode;
  /** Its ids of before, if it had others. */
  readonly formerly?: readonly string[];
  /** As written; the unit's schema parses it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A signal's events, where the settings name others. */
  readonly on?: readonly { readonly source: string; readonly detailType?: string }[];
  /** Names of the tags that the settings match by: what is told of a run says their values. */
  readonly routedTags?: readonly string[];
  /** Incidents are kept. */
  readonly incidents?: boolean;
  /** Its schedules as deployed: no other slot is believed. Absent where nothing is deployed. */
  readonly schedules?: readonly UnitSchedule[];
  /** ARNs of the topics through which AWS's services are believed; none where absent. */
  readonly signalTopics?: readonly string[];
}

/** What a unit declares that its part of the settings repeats. */
export interface DeclaredUnit {
  readonly id: string;
  readonly family: string;
  readonly protects?: boolean;
  readonly exemptByName?: boolean;
}

/**
 * The part of the settings that goes with one unit, which is not deployed anew when another part
 * changes.
 * @param all the ids of all units in the registry
 * @param automations those of automations
 */
export function settingsOf(
  settings: ParsedSettings,
  { id, family, protects = false, exemptByName = false }: DeclaredUnit,
  all: readonly string[],
  automations?: readonly string[],
): UnitSettings {
  const common = Object.fromEntries(ofEveryUnit.map((field) => [field, settings[field]]));
  const { routedTags, deployment, signalTopics } = settings;
  const own = settings.units[id];
  const on = Array.isArray(own?.on) ? (own.on as NonNullable<UnitSettings["on"]>) : undefined;
  return {
    ...(common as OfEveryUnit),
    deployment: { prefix: deployment.prefix, flows: deployment.flows },
    id,
    all,
    ...(automations && { automations }),
    family,
    protects,
    ...(exemptByName && { exemptByName }),
    mode: own?.mode ?? "watch",
    config: own?.config ?? {},
    ...(own?.formerly?.length && { formerly: own.formerly }),
    ...(on && { on }),
    ...(routedTags.length && { routedTags }),
    ...(keepsIncidents(settings) && { incidents: true }),
    ...(signalTopics.length && { signalTopics }),
  };
}
