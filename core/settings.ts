/** The team's policy: `nightshift.config.ts`, typed from the registry, parsed by the bundle step. */
import * as z from "zod/mini";
import type { Severity } from "./message.ts";
import { endOfDay } from "./tags.ts";
import { days, minutes, type Span } from "./time.ts";
import type { Schedule, Unit } from "./unit.ts";

/** `watch`: say what you would do. `ask`: do it when approved. `act`: do it. */
export type Mode = "watch" | "ask" | "act";

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
  /** Changes a rolling day, for each unit, account and region. */
  readonly changes: number;
  /** Of what was looked at, in a rolling day. */
  readonly percent: number;
  /** That percentage is never less than this many (rules.md, 23). */
  readonly floor: number;
}

/** Who gets the messages, through what. */
export interface Route {
  readonly channel: "sns";
  /** Subscribed to the topic at deployment. */
  readonly email?: readonly string[] | undefined;
  /** Only messages of this severity or worse. Absent: all. */
  readonly atLeast?: Severity | undefined;
}

type UnitOf<T> = T extends () => Promise<{ readonly default: infer U }> ? U : never;
type ConfigOf<U> = U extends { readonly config: infer C extends z.ZodMiniType } ? z.input<C> : never;
type OnOf<U> = U extends { readonly kind: "signal" } ? readonly { readonly source: string; readonly detailType?: string }[] : Schedule;

/** What is set for one unit. Absent means `watch`, the unit's own schedule, its config's defaults. */
export type UnitSetting<U> = (U extends { readonly kind: "automation" } ? { readonly mode?: Mode } : object) & {
  /** `false`: not deployed at all. */
  readonly enabled?: boolean;
  readonly config?: ConfigOf<U>;
  /** Instead of the unit's own: a schedule, or a signal's events. */
  readonly on?: OnOf<U>;
};

/** `R`: the registry's type. */
export interface Settings<R> {
  /** Where ledger, tell, decisions and watchdog live. */
  readonly home: string;
  /** Where units look; `home` alone where absent. */
  readonly regions?: readonly string[];
  /** IANA name for schedules that name none, and for text. Default UTC. */
  readonly timeZone?: string;
  readonly caps?: Partial<Caps>;
  /** Per target, after a successful change. Default 30 minutes. */
  readonly coolDown?: Span;
  /** Consecutive failed runs after which an automation goes back to `watch`. Default 5. */
  readonly breaker?: number;
  readonly exempt?: readonly ExemptSetting[];
  /** How far ahead `until` of a tag may lie for it to exempt from a security automation (rules.md, 21). Default 14 days. */
  readonly longestSecurityExemption?: Span;
  /** ARNs of IAM users or roles. Absent or empty: nobody may approve. */
  readonly approvers?: readonly string[];
  readonly routes?: readonly Route[];
  /** What cannot be undone asks first, even in `act`; `act` lifts that. Default `ask`. */
  readonly irreversible?: "ask" | "act";
  readonly units?: { readonly [K in keyof R]?: UnitSetting<UnitOf<R[K]>> };
}

const span = z.strictObject({ seconds: z.number().check(z.nonnegative()) });
const region = z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region's name, like eu-central-1"));
const count = z.int().check(z.nonnegative());
const day = z.string().check(z.refine((text) => endOfDay(text) !== undefined, "must be a day, like 2027-01-31"));
const timeZone = z.string().check(z.refine(isTimeZone, "must be an IANA time zone, like Europe/Berlin"));
/** Not by `Intl.supportedValuesOf`, which lacks the names that places have now: Asia/Kolkata, Europe/Kyiv. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
const eventPatterns = z.array(z.strictObject({ source: z.string(), detailType: z.optional(z.string()) }));

const unit = z.strictObject({
  enabled: z._default(z.boolean(), true),
  mode: z._default(z.enum(["watch", "ask", "act"]), "watch"),
  config: z._default(z.record(z.string(), z.unknown()), {}),
  on: z.optional(z.union([z.string(), eventPatterns])),
});

const schema = z.strictObject({
  home: region,
  regions: z.optional(z.array(region).check(z.minLength(1))),
  timeZone: z._default(timeZone, "UTC"),
  caps: z._default(
    z.strictObject({
      changes: z._default(count, 25),
      percent: z._default(z.number().check(z.nonnegative(), z.maximum(100)), 20),
      floor: z._default(count, 12),
    }),
    { changes: 25, percent: 20, floor: 12 },
  ),
  coolDown: z._default(span, minutes(30)),
  breaker: z._default(z.int().check(z.positive()), 5),
  exempt: z._default(
    z.array(
      z.strictObject({
        target: z.string().check(z.minLength(1)),
        until: z.optional(day),
        owner: z.string().check(z.minLength(1)),
        reason: z.string().check(z.minLength(1)),
        from: z.optional(z.array(z.string())),
      }),
    ),
    [],
  ),
  longestSecurityExemption: z._default(span, days(14)),
  approvers: z._default(z.array(z.string().check(z.regex(/^arn:[\w-]+:(iam|sts)::\d{12}:.+$/, "must be the ARN of an IAM user or role"))), []),
  routes: z._default(
    z.array(z.strictObject({ channel: z.literal("sns"), email: z.optional(z.array(z.email())), atLeast: z.optional(z.enum(["info", "warning", "critical"])) })),
    [{ channel: "sns" as const }],
  ),
  irreversible: z._default(z.enum(["ask", "act"]), "ask"),
  units: z._default(z.record(z.string(), unit), {}),
});

/** Settings with every default filled in; `units` holds what is set, by id. */
export type ParsedSettings = Omit<z.output<typeof schema>, "regions"> & { readonly regions: readonly string[] };

/** What people wrote is wrong: names the field and the remedy. The command line exits with 2. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** `units.open-ingress.config.ports[0]: …` for each issue, one a line. */
export function explain(error: z.core.$ZodError, prefix: readonly PropertyKey[] = []): string {
  return error.issues
    .map(
      ({ path, message }) =>
        `${[...prefix, ...path].map((step, at) => (typeof step === "number" ? `[${step}]` : `${at ? "." : ""}${String(step)}`)).join("") || "(root)"}: ${message}`,
    )
    .join("\n");
}

/**
 * Parses a settings file's default export, all but the units' own configs.
 * The caller loads zod's English locale first (`z.config(en())`), without it the messages say only "Invalid input".
 * @throws {SettingsError} that names each wrong field
 */
export function parseSettings(given: unknown, known: readonly string[], file = "nightshift.config.ts"): ParsedSettings {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new SettingsError(`${file} is not valid:\n${explain(parsed.error)}`);
  const settings = { ...parsed.data, regions: [...new Set(parsed.data.regions ?? [parsed.data.home])] };
  const named = [
    ...Object.keys(settings.units).map((id) => [id, `units.${id}`] as const),
    ...settings.exempt.flatMap(({ from = [] }, at) => from.map((id, nth) => [id, `exempt[${at}].from[${nth}]`] as const)),
  ];
  const unknown = named.flatMap(([id, field]) => (known.includes(id) ? [] : [`${field}: there is no unit ${id}; there are ${known.join(", ")}`]));
  if (unknown.length) throw new SettingsError(`${file} is not valid:\n${unknown.join("\n")}`);
  return settings;
}

/**
 * Parses what is set for one unit with the unit's own schema.
 * @throws {SettingsError} that names the key, as `units.<id>.config.<key>`
 */
export function parseConfig<C extends z.ZodMiniObject>(
  { id, config: shape }: Pick<Unit<string, C>, "id" | "config">,
  given: unknown,
  file = "nightshift.config.ts",
): z.output<C> {
  const parsed = shape.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  throw new SettingsError(`${file} is not valid:\n${explain(parsed.error, ["units", id, "config"])}`);
}

/** A unit's own part, which lies as `settings.json` beside its bundle: handlers take policy from nowhere else. */
export interface UnitSettings
  extends Pick<
    ParsedSettings,
    "home" | "regions" | "timeZone" | "caps" | "coolDown" | "breaker" | "exempt" | "longestSecurityExemption" | "approvers" | "routes" | "irreversible"
  > {
  readonly id: string;
  /** The ids of all units: by them our own roles are known (rules.md, 5). */
  readonly all: readonly string[];
  /** The folder under `functions/` that it lies in. */
  readonly family: string;
  readonly mode: Mode;
  /** As written; the unit's schema parses it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A signal's events, where the settings name others. */
  readonly on?: readonly { readonly source: string; readonly detailType?: string }[];
}

/**
 * The part of the settings that goes with one unit.
 * @param all the ids of all units in the registry
 */
export function settingsOf(settings: ParsedSettings, id: string, family: string, all: readonly string[]): UnitSettings {
  const { units, ...shared } = settings;
  const own = units[id];
  const on = Array.isArray(own?.on) ? (own.on as NonNullable<UnitSettings["on"]>) : undefined;
  return { ...shared, id, all, family, mode: own?.mode ?? "watch", config: own?.config ?? {}, ...(on && { on }) };
}
