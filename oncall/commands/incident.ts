/**
 * `incident list|show|ack|snooze|resolve|note|report`: what is open, who has it, what became of it.
 */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { exit } from "../../cli/io/exit.ts";
import type { Io } from "../../cli/io/io.ts";
import { json } from "../../cli/io/json.ts";
import { type Common, onLoopbackOnly, parseLimit, spanOf } from "../../cli/io/options.ts";
import { table } from "../../cli/io/table.ts";
import { command, minuteText, quoted, utcText } from "../../cli/io/words.ts";
import { type CallerAccount, connect } from "../../cli/place/account.ts";
import { prepare } from "../../cli/place/here.ts";
import { ledgerIn } from "../../cli/place/ledger.ts";
import { logTo } from "../../cli/place/log.ts";
import { openSession } from "../../cli/place/session.ts";
import { signedFor } from "../../cli/place/signed.ts";
import { invokeFunction } from "../../cli/place/there.ts";
import { familyOf, unitIds } from "../../cli/place/units.ts";
import type { Store } from "../../ledger/store.ts";
import { chartSvg } from "../../messages/render/chart-svg.ts";
import { runbookAddress } from "../../messages/runbook.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import { after, type Span, systemClock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { remoteIncidents } from "../incidents/function.ts";
import type { Act } from "../incidents/machine.ts";
import { incidentReport as pageOf } from "../incidents/report.ts";
import { createIncidents } from "../incidents/service.ts";
import {
  closedIncidents,
  type Head,
  headById,
  openIncidents,
  timelineOf,
} from "../incidents/store.ts";
import { nameOf } from "../rota/name-of.ts";
import { whoIsOn } from "../rota/who-is-on.ts";
import { actionsAround, chartOf, doneJson, entryJson, incidentJson, stateText } from "./shown.ts";

const incidentColumns = [
  { title: "severity" },
  { title: "state" },
  { title: "since (UTC)" },
  { title: "times" },
  { title: "what", least: 24, below: true },
  { title: "id", below: true },
];

interface Opened {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly store: Store;
}
async function open(options: Common, io: Io): Promise<Opened> {
  const { around, settings } = await openSession(options);
  const account = await connect(around, settings.home, io);
  return { account, settings, store: ledgerIn(account, settings) };
}

/** As it was kept, with the address of its runbook. */
function linked(head: Head, { runbooks }: Pick<ParsedSettings, "runbooks">): Head {
  const { runbook } = head;
  return runbook === undefined ? head : { ...head, runbook: runbookAddress(runbook, runbooks) };
}

async function headOf(id: string, { store, settings }: Opened): Promise<Head> {
  const found = (await headById(store, id))?.body;
  if (found) return linked(found, settings);
  throw new NotPossible(
    `there is no incident ${id}; \`${command} incident list\` lists them. What has been over for 400 days is forgotten.`,
  );
}

export async function incidentListCommand(
  options: Common & { readonly limit?: string },
  io: Io,
): Promise<number> {
  const limit = parseLimit(options.limit, 20);
  const { store, settings } = await open(options, io);
  const { heads, more } = await openIncidents(store, 1000);
  const worstFirst = heads.toSorted(
    (a, b) =>
      worstSeverityFirst(a.labels.severity, b.labels.severity) ||
      a.openedAt.getTime() - b.openedAt.getTime(),
  );
  const [shown, left] = [worstFirst.slice(0, limit), more + Math.max(0, worstFirst.length - limit)];
  const closed = await closedIncidents(store, limit);
  const asJson = (head: Head) => incidentJson(linked(head, settings));
  if (options.json)
    io.print(json({ open: shown.map(asJson), more: left, closed: closed.map(asJson) }));
  else if (!shown.length && !closed.length)
    io.print(
      settings.onCall
        ? "There is no incident, and there was none."
        : "There is no incident: without `onCall` in the settings, what happens is told as it comes.",
    );
  else {
    io.print(
      table(
        io,
        incidentColumns,
        [...shown, ...closed].map((head) => [
          head.labels.severity,
          stateText(head),
          minuteText(head.openedAt),
          String(head.count),
          head.title,
          head.id,
        ]),
      ),
    );
    if (left) io.say(`and ${count(left, "open incident")} more: --limit`);
    io.say(
      `\`${command} incident show ID\` shows all of one; \`ack\`, \`snooze\` and \`resolve\` take it, quiet it, end it.`,
    );
  }
  return exit.done;
}

export async function show(id: string, options: Common, io: Io): Promise<number> {
  const opened = await open(options, io);
  const { store, settings } = opened;
  const head = await headOf(id, opened);
  const [timeline, actions] = await Promise.all([
    timelineOf(store, head),
    actionsAround(store, head, settings, systemClock.now()),
  ]);
  if (options.json) {
    io.print(
      json({
        incident: incidentJson(head),
        timeline: timeline.map(entryJson),
        actions: actions.map(doneJson),
      }),
    );
    return exit.done;
  }
  const line = (text: string) => `    ${plain(text)}`;
  io.print(
    [
      `${io.paint("bold", plain(head.title))}`,
      line(
        `${head.labels.severity}, ${stateText(head)}; since ${utcText(head.openedAt)}, ${count(head.count, "time")}; ${head.labels.unit} in ${head.labels.region}`,
      ),
      ...(head.all.length ? [line(`affected: ${head.all.join(", ")}`)] : []),
      ...Object.entries(head.facts).map(([name, value]) => line(`${name}: ${value}`)),
      ...(head.link ? [line(`see: ${head.link}`)] : []),
      ...(head.runbook ? [line(`what to do: ${head.runbook}`)] : []),
      "",
      ...timeline.map(
        ({ at, what, text, by }) =>
          `${utcText(at)}  ${what.padEnd(12)}  ${plain(text)}${by ? ` (${plain(by)})` : ""}`,
      ),
      ...actions.map(
        ({ at, call, target, id: action }) =>
          `${utcText(at)}  ${"changed".padEnd(12)}  ${plain(`${call.operation} on ${target}`)}: ${command} undo ${quoted(action)}`,
      ),
    ].join("\n"),
  );
  if (head.state !== "resolved") io.say(`To take it: ${command} incident ack ${quoted(id)}`);
  return exit.done;
}

interface SnoozeOptions extends Common {
  readonly for: string;
}
interface ResolveOptions extends Common {
  readonly reason: string;
}
type Verb =
  | { readonly verb: "ack" }
  | { readonly verb: "snooze"; readonly span: Span }
  | { readonly verb: "resolve"; readonly reason: string }
  | { readonly verb: "note"; readonly text: string };

export const ack = (id: string, options: Common, io: Io): Promise<number> =>
  act(id, { verb: "ack" }, options, io);
export const snooze = async (id: string, options: SnoozeOptions, io: Io): Promise<number> =>
  act(id, { verb: "snooze", span: spanOf(options.for, "--for") }, options, io);
export const resolveIncident = async (
  id: string,
  options: ResolveOptions,
  io: Io,
): Promise<number> =>
  act(id, { verb: "resolve", reason: said(options.reason, "--reason") }, options, io);
export const incidentNoteCommand = async (
  id: string,
  text: string,
  options: Common,
  io: Io,
): Promise<number> => act(id, { verb: "note", text: said(text, "the note") }, options, io);

function said(text: string, what: string): string {
  if (text.trim()) return text.trim();
  throw new UsageError(`${what} is empty: whoever reads it later must know`);
}

function actOf(what: Verb, common: Pick<Act, "id" | "incident" | "by">): Act {
  if (what.verb === "ack") return { ...common, verb: "ack" };
  if (what.verb !== "snooze") return { ...common, ...what };
  return { ...common, verb: "snooze", until: after(systemClock.now(), what.span) };
}

/**
 * On loopback it is done here; on a real account by the deployed function, which alone may write
 * incidents.
 */
async function act(id: string, what: Verb, options: Common, io: Io): Promise<number> {
  const { account, settings, store } = await open(options, io);
  onLoopbackOnly(`incident ${what.verb}`, account.loopback, { settings: options.settings });
  const given = actOf(what, { id: randomUUID(), incident: id, by: account.caller });
  const head = await (account.loopback
    ? incidentsHere(account, settings, store, io)
    : remoteIncidents(async (order) => {
        const signed = await signedFor("incidents", order, settings, account);
        return invokeFunction("incidents", signed, settings, account);
      })
  ).act(given);
  if (options.json) io.print(json({ incident: incidentJson(head) }));
  else
    io.print(
      {
        ack: `${plain(head.title)}: it is yours, nobody else is called. It is over when its event says so and the state confirms it, or with \`${command} incident resolve ${quoted(id)} --reason …\`.`,
        snooze: `${plain(head.title)}: quiet until ${head.snoozedUntil ? utcText(head.snoozedUntil) : "then"}. If it is still open then, it is told as if it were new.`,
        resolve: `${plain(head.title)}: over. If it comes again, it is opened again.`,
        note: "It is in the timeline, and told to nobody.",
      }[what.verb],
    );
  return exit.done;
}

function incidentsHere(account: CallerAccount, settings: ParsedSettings, store: Store, io: Io) {
  return {
    async act(given: Act): Promise<Head> {
      await prepare(account.clients(systemClock), settings);
      return createIncidents({
        onCall: settings.onCall ?? { rotations: {} },
        families: Object.fromEntries(unitIds.map((unit) => [unit, familyOf(unit)])),
        whoIsOn: whoIsOn(settings),
        nameOf: nameOf(settings.people),
        store,
        clock: systemClock,
        log: logTo(io),
        // Whoever keeps the embedded AWS up looks at what is due in the ledger.
        timers: { async set() {} },
      }).act(given);
    },
  };
}

interface ReportOptions extends Common {
  readonly out?: string;
}
export async function incidentReportCommand(
  id: string,
  options: ReportOptions,
  io: Io,
): Promise<number> {
  const opened = await open(options, io);
  const { account, settings, store } = opened;
  const now = systemClock.now();
  const head = await headOf(id, opened);
  const [timeline, actions, chart] = await Promise.all([
    timelineOf(store, head),
    actionsAround(store, head, settings, now),
    chartOf(head, account.clients(systemClock), now),
  ]);
  const marks = [
    { at: head.openedAt, text: "began" },
    ...(head.resolvedAt ? [{ at: head.resolvedAt, text: "over" }] : []),
  ];
  const svg =
    options.out !== undefined && !("none" in chart)
      ? chartSvg(chart, settings.timeZone, marks)
      : undefined;
  const file = options.out === undefined ? undefined : resolve(options.out);
  const picture = svg && file ? `${file.replace(/\.(md|markdown)$/i, "")}.svg` : undefined;
  const page = pageOf(
    { head, timeline, actions, chart, ...(picture && { picture: basename(picture) }) },
    { now, timeZone: settings.timeZone, command },
  );
  const files: string[] = [];
  for (const [path, content] of [
    [file, page],
    [picture, svg],
  ] as const)
    if (path && content) files.push(written(path, content));
  if (options.json) io.print(json({ incident: incidentJson(head), report: page, files }));
  else if (files.length) io.print(files.map((path) => `written: ${path}`).join("\n"));
  else io.print(page);
  return exit.done;
}

function written(path: string, content: string): string {
  try {
    writeFileSync(path, content);
    return path;
  } catch (error) {
    throw new UsageError(`--out ${path} cannot be written: ${(error as Error).message}`);
  }
}
