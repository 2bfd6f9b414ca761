/**
 * `restore TARGET`: what it can be brought back to; with `--at` what that would make, and makes it:
 * beside the original, never over it, with the caller's own credentials. No function of ours may.
 */
import { type FileKind, fileKinds } from "../../functions/backup/file-backups/config.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { askOnTerminal } from "../io/ask.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { callJson, json } from "../io/json.ts";
import { type Common, onLoopbackOnly, parseTime } from "../io/options.ts";
import { table } from "../io/table.ts";
import { command, minuteText, quoted, utcText } from "../io/words.ts";
import { configured, configuredRegion, connect } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { openSession } from "../place/session.ts";
import { knowPrices } from "../place/units.ts";
import { clusterOf } from "../restore/clusters.ts";
import { databaseOf } from "../restore/databases.ts";
import { filesOf } from "../restore/files.ts";
import { instanceOf } from "../restore/instances.ts";
import type { RestorePlace } from "../restore/place.ts";
import {
  type InstanceWishes,
  newestGoodFirst,
  type Restorable,
  type RestorePlan,
  type RestorePoint,
  type RestoreWish,
  type Switching,
} from "../restore/point.ts";
import { restorableTable } from "../restore/tables.ts";
import { volumesOf } from "../restore/volumes.ts";

export interface RestoreOptions extends Common, InstanceWishes {
  readonly at?: string;
  readonly name?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly yes?: boolean;
}

/** Those that are about instances alone, as the command line calls them. */
const instanceOptions = {
  subnet: "--subnet",
  type: "--type",
  group: "--group",
  publicAddress: "--public-address",
  userData: "--user-data",
} as const;
type InstanceOption = keyof typeof instanceOptions;
const instanceOptionNames = Object.keys(instanceOptions) as InstanceOption[];

const ofFiles = fileKinds.map((kind) => `files:${kind}`).join(", ");
const kinds = `a volume (vol-…), an instance (i-…), db:NAME, cluster:NAME, ${ofFiles}, or a table of DynamoDB by its name`;

const isFileKind = (name: string): name is FileKind =>
  (fileKinds as readonly string[]).includes(name);

/** @throws {UsageError} for what is none of these */
async function restorableOf(
  place: RestorePlace,
  target: string,
  zone: string | undefined,
): Promise<Restorable> {
  const [, kind, name = ""] = /^(db|cluster|table|files):(.*)$/.exec(target) ?? [];
  if (kind !== undefined && !name) throw new UsageError(`${target} has no name: give ${kinds}`);
  const isVolume = /^(vol|i)-[0-9a-f]+$/.test(target);
  if (zone !== undefined && !isVolume) throw new UsageError("--zone is for volumes alone");
  if (target.startsWith("i-") && isVolume) return instanceOf(place, target, zone);
  if (isVolume) return volumesOf(place, target, zone);
  if (kind === "files" && isFileKind(name)) return filesOf(place, name);
  if (kind === "db") return databaseOf(place, name);
  if (kind === "cluster") return clusterOf(place, name);
  if (kind === "table" || /^[\w.-]{3,255}$/.test(target))
    return restorableTable(place, kind === "table" ? name : target);
  throw new UsageError(`${target || "nothing"} is nothing that can be restored: give ${kinds}`);
}

const stateOf = ({ refusal, proof }: RestorePoint): string =>
  refusal === undefined ? proof : `no: ${refusal}`;

const whenOf = ({ at, until }: RestorePoint): string =>
  until ? `${minuteText(at)} to ${minuteText(until)}` : minuteText(at);

function listText(target: string, points: readonly RestorePoint[], io: Io): string {
  const columns = [
    { title: "POINT" },
    { title: "TIME (UTC)" },
    { title: "MAKES", least: 12 },
    { title: "PROVEN", least: 12 },
    { title: "WHAT", least: 10 },
  ];
  const rows = points.map((each) => [each.id, whenOf(each), each.makes, stateOf(each), each.what]);
  return [
    table(io, columns, rows).trimEnd(),
    "",
    `What one would make: ${command} restore ${quoted(target)} --at POINT`,
  ].join("\n");
}

/** @throws {UsageError} that says which there are */
function wishIn(
  points: readonly RestorePoint[],
  asked: string,
  name: string | undefined,
): RestoreWish {
  const rest = name === undefined ? {} : { name };
  const id = asked.split("/").at(-1) ?? asked;
  const point = points.find((each) => each.id === asked || each.id === id);
  if (point && !point.until) return { point, ...rest };
  const window = points.find(({ until }) => until);
  if (point?.until) return { point, time: point.until, ...rest };
  const isTime = /^\d{4}-\d{2}-\d{2}T/.test(asked);
  if (!isTime || !window?.until) {
    const others = newestGoodFirst(points).slice(0, 5);
    throw new NotPossible(
      `there is no point ${asked}: it may be gone by now. There are ${others.map((each) => each.id).join(", ")}.`,
    );
  }
  const time = parseTime(asked, "--at") as Date;
  if (time < window.at || time > window.until)
    throw new UsageError(
      `--at ${asked} lies outside the window, which is from ${utcText(window.at)} to ${utcText(window.until)}`,
    );
  return { point: window, time, ...rest };
}

function switchText({ next, back, remove }: Switching): string[] {
  const lines = (title: string, commands: readonly string[]): string[] =>
    commands.length ? [title, ...commands.map((each) => `  ${each}`)] : [];
  return [
    ...lines("To use it:", next),
    ...lines("To go back to what is used now:", back),
    ...lines("To take away what was restored:", remove),
  ];
}

function planText(target: string, { point, steps, fetch, cost, notes }: RestorePlan): string[] {
  return [
    `Restores ${target} to ${point.id} (${whenOf(point)} UTC; ${point.what}; ${point.proof}), beside what is there.`,
    ...steps.map(({ words }) => `  makes ${words}`),
    ...(fetch ? [`  fetches ${fetch.words}`] : []),
    `  cost: ${cost}`,
    ...notes.map((note) => `  ${note}`),
  ];
}

const planJson = (target: string, { point, steps, fetch, cost, notes }: RestorePlan) => ({
  target,
  point,
  makes: steps.map(({ words, call }) => ({ words, call: callJson(call) })),
  ...(fetch && { fetches: fetch.words }),
  cost,
  notes,
});

/** @throws {NotPossible} that names what was made before, where it fails half way */
async function carried({ steps, switching }: RestorePlan, { clients, region }: RestorePlace) {
  const made: string[] = [];
  for (const { write, call, unshown, made: idOf, words } of steps) {
    const client = clients.get(write.client, region, "write", "throttling");
    try {
      made.push(idOf(await write.send(client, { ...call.input, ...unshown })));
    } catch (error) {
      if (!made.length) throw nameTaken(error);
      const left = switching(made).remove.filter((_, at) => at < made.length);
      const cause = error instanceof Error ? error.message : String(error);
      throw new NotPossible(
        `${words} was not made: ${cause}. Made before it, and still there: ${made.join(", ")}. To take them away: ${left.join("; ")}`,
        { cause: error },
      );
    }
  }
  return made;
}

/** Somebody was first; all else as AWS says it. */
function nameTaken(error: unknown): unknown {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (!/AlreadyExists|TableAlreadyExists|TableInUse/.test(name)) return error;
  return new NotPossible(`the name is taken: ${message}. Give another with --name.`, {
    cause: error,
  });
}

async function opened(options: RestoreOptions, io: Io): Promise<RestorePlace> {
  const { around, settings } = await openSession(options);
  const asked = await configuredRegion(options.region, settings, around);
  const region = configured(
    asked,
    options.region === undefined ? "surroundings" : "option",
    settings,
  );
  const account = await connect(around, region, io);
  onLoopbackOnly("restore", account.loopback, { settings: options.settings });
  return {
    account: account.id,
    region,
    clients: account.clients(systemClock),
    store: ledgerIn(account, settings),
    settings,
  };
}

/** @throws {UsageError} where they are asked of what is no instance */
function instanceWishes(target: string, options: RestoreOptions): InstanceWishes | undefined {
  const asked = instanceOptionNames.filter((name) => options[name] !== undefined);
  if (!asked.length) return undefined;
  if (!/^i-[0-9a-f]+$/.test(target))
    throw new UsageError(
      `${asked.map((name) => instanceOptions[name]).join(", ")}: for instances (i-…) alone`,
    );
  return Object.fromEntries(asked.map((name) => [name, options[name]]));
}

async function consents(target: string, options: RestoreOptions): Promise<boolean> {
  if (options.yes) return true;
  return (await askOnTerminal(`Restore ${target} beside what is there?`)) === true;
}

export async function restoreCommand(
  target: string,
  options: RestoreOptions,
  io: Io,
): Promise<number> {
  if (options.yes && options.at === undefined)
    throw new UsageError(
      `--yes needs a point: \`${command} restore ${quoted(target)}\` lists them`,
    );
  const instance = instanceWishes(target, options);
  const place = await opened(options, io);
  const restorable = await restorableOf(place, target, options.zone);
  if (restorable.unseen !== undefined) io.say(restorable.unseen);
  if (!restorable.points.length)
    throw new NotPossible(
      `nothing in ${place.region} can bring ${target} back: no backup of it is there, and no point in time. Is it of another region or account? --region names one that the settings do`,
    );
  if (options.at === undefined) {
    const points = newestGoodFirst(restorable.points);
    io.print(
      options.json ? json({ target, region: place.region, points }) : listText(target, points, io),
    );
    return exit.done;
  }
  knowPrices();
  const wish = wishIn(restorable.points, options.at, options.name);
  const plan = await restorable.plan({ ...wish, ...(instance && { instance }) });
  return carryOut({ target, plan, place }, options, io);
}

/** What was asked for, looked up. */
interface RestoreAsked {
  readonly target: string;
  readonly plan: RestorePlan;
  readonly place: RestorePlace;
}

function doneText(
  { fetch }: RestorePlan,
  made: readonly string[],
  { region }: RestorePlace,
): string {
  if (fetch)
    return `Fetched with your own credentials, each as its manifest says: ${made.join(", ")}. Nothing in AWS was changed.`;
  return `Made with your own credentials, in ${region}: ${made.join(", ")}. AWS fills it now. CloudTrail has it; Nightshift's history does not, and \`undo\` does not take it back.`;
}

async function carryOut(
  { target, plan, place }: RestoreAsked,
  options: RestoreOptions,
  io: Io,
): Promise<number> {
  const shown = planText(target, plan);
  if (!options.json) for (const line of shown) io.say(line);
  if (!(await consents(target, options))) {
    io.say("Nothing was made. With --yes it is.");
    io.print(options.json ? json({ plan: planJson(target, plan), made: [] }) : shown.join("\n"));
    return exit.held;
  }
  const made = plan.fetch ? await plan.fetch.all() : await carried(plan, place);
  const switching = plan.switching(made);
  if (options.json) io.print(json({ plan: planJson(target, plan), made, switching }));
  else io.print([doneText(plan, made, place), ...switchText(switching)].join("\n"));
  return exit.done;
}
