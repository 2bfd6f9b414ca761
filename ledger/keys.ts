/**
 * Partition keys begin with their writer, so that a role can be held to its own (rule:
 * ledger-no-deputy).
 */
import type { Key } from "./store.ts";

/** Where a run happens. */
export interface Place {
  readonly unit: string;
  readonly account: string;
  readonly region: string;
}

/** A target of a unit's, where it lies. */
export interface PlacedTarget extends Place {
  readonly target: string;
}

/** Names the action that a flow carries out. */
export interface FlowName {
  readonly unit: string;
  readonly run: string;
  readonly action: string;
}

/** Whose partitions are written: the unit's own function, or undo. */
export type Writer = "unit" | "undo";

const at = ({ account, region }: Place) => `${account}#${region}`;

export const keys = {
  claim: (place: Place, key: string): Key => ({
    pk: `unit#${place.unit}#claim`,
    sk: `${at(place)}#${key}`,
  }),
  claims: (unit: string): string => `unit#${unit}#claim`,
  /** Undo takes the same lock, through a grant of its own. */
  lock: (place: Place, target: string): Key => ({
    pk: `unit#${place.unit}#lock#${at(place)}`,
    sk: target,
  }),
  /** A run with its actions: one query. */
  run: (writer: Writer, unit: string, run: string): Key => ({
    pk: `${writer}#${unit}#run#${run}`,
    sk: "run",
  }),
  action: (writer: Writer, unit: string, run: string, action: string): Key => ({
    pk: `${writer}#${unit}#run#${run}`,
    sk: `action#${action}`,
  }),
  /** Which intents of one moment may have been sent. */
  sent: (unit: string, run: string, at: Date): Key => ({
    pk: `unit#${unit}#run#${run}`,
    sk: `sent#${at.toISOString()}`,
  }),
  /** How far a look at everything has come. */
  look: (unit: string, run: string): Key => ({ pk: `unit#${unit}#run#${run}`, sk: "look" }),
  /** What it has seen by then, by the attempt that saw it. */
  lookPart: (
    unit: string,
    run: string,
    part: { readonly holder: string; readonly at: number },
  ) => ({
    pk: `unit#${unit}#run#${run}`,
    sk: `look#${part.holder}#${part.at}`,
  }),
  /** Flows that are not over. */
  flows: (unit: string): string => `unit#${unit}#flow`,
  flow: (place: Place, action: string): Key => ({
    pk: `unit#${place.unit}#flow`,
    sk: `${at(place)}#${action}`,
  }),
  /** What a flow wrote, in the order in which it did. */
  written: ({ unit, run, action }: FlowName, position: number): Key => ({
    pk: `unit#${unit}#run#${run}`,
    sk: `written#${action}#${String(position).padStart(4, "0")}`,
  }),
  /** What one carrying of a flow remembers. */
  memo: ({ unit, run, action }: FlowName, attempt: number, name: string): Key => ({
    pk: `unit#${unit}#run#${run}`,
    sk: `memo#${action}#${attempt}#${name}`,
  }),
  runs: (writer: Writer, unit: string): string => `${writer}#${unit}#runs`,
  /** What happened to a target, in order of time; `last` is its last change. */
  story: (writer: Writer, place: Place, target: string): string =>
    `${writer}#${place.unit}#target#${at(place)}#${target}`,
  /** Which units have changed a target; all of them write it. */
  changers: (place: Place, target: string): Key => ({
    pk: `changed#${at(place)}#${target}`,
    sk: "units",
  }),
  /** How often flows about it have failed one after the other. */
  setback: (place: Place, target: string): Key => ({
    pk: `unit#${place.unit}#setback#${at(place)}`,
    sk: target,
  }),
  /** What its owner has kept. */
  kept: (place: Place, target: string): Key => ({
    pk: `unit#${place.unit}#kept#${at(place)}`,
    sk: target,
  }),
  once: (place: Place, target: string, once: string): Key => ({
    pk: `unit#${place.unit}#once#${at(place)}`,
    sk: `${target}#${encodeURIComponent(once)}`,
  }),
  plan: (unit: string, plan: string): Key => ({ pk: `unit#${unit}#plan`, sk: plan }),
  decision: (plan: string): Key => ({ pk: `decision#${plan}`, sk: "decision" }),
  refusal: (plan: string, decision: string): Key => ({
    pk: `decision#${plan}`,
    sk: `refused#${decision}`,
  }),
  holds: (place: Place): string => `undo#${place.unit}#hold#${at(place)}`,
  undone: (unit: string, action: string): Key => ({ pk: `undo#${unit}#of#${action}`, sk: "undo" }),
  /** Undos that are not over: what was ordered, by what it is about. */
  undoClaims: "undo#claims",
  undoClaim: ({ id, key }: { readonly id: string; readonly key: string }): Key => ({
    pk: "undo#claims",
    sk: `${id}#${key}`,
  }),
  /** An order that one function of ours gives another, by who may write it. */
  order: ({ writer, digest }: { readonly writer: string; readonly digest: string }): Key => ({
    pk: `${writer}#order#${digest}`,
    sk: "order",
  }),
  /** A proof or an order that was used, in the partitions of whoever used it. */
  taken: (partition: string, digest: string): Key => ({
    pk: `${partition}#taken#${digest}`,
    sk: "taken",
  }),
  /**
   * Written by people: with their own credentials, or as approvers in Slack through the function
   * that works for it. No other has the right to.
   */
  exemptions: (place: Pick<Place, "account" | "region">): string =>
    `exempt#${place.account}#${place.region}`,
  /** @param matter of one that stands beside the first of the same target; no id holds a line's end */
  exemption: (place: Pick<Place, "account" | "region">, target: string, matter?: string): Key => ({
    pk: `exempt#${place.account}#${place.region}`,
    sk: matter === undefined ? target : `${target}\n${matter}`,
  }),
  exemptionLog: "exempt#log",
  /** What people keep on for longer than its schedule says: beside the exemptions, as theirs. */
  keptHours: (place: Pick<Place, "account" | "region">): string =>
    `exempt#${place.account}#${place.region}#hours`,
  cap: (place: Place): Key => ({ pk: `unit#${place.unit}#cap`, sk: at(place) }),
  heartbeat: (place: Place): Key => ({ pk: `unit#${place.unit}#heartbeat`, sk: at(place) }),
  swept: (place: Place): Key => ({ pk: `unit#${place.unit}#heartbeat`, sk: `${at(place)}#swept` }),
  breaker: (place: Place): Key => ({ pk: `unit#${place.unit}#breaker`, sk: at(place) }),
  /** What was last done to each target, by what contains it. */
  traces: (place: Place): string => `unit#${place.unit}#trace#${at(place)}`,
  tagTime: (place: Place, target: string): Key => ({
    pk: `unit#${place.unit}#tagged#${at(place)}`,
    sk: target,
  }),
  failedRun: (place: Place, run: string): Key => ({
    pk: `unit#${place.unit}#breaker`,
    sk: `${at(place)}#${run}`,
  }),
  seen: (place: Place): string => `unit#${place.unit}#seen#${at(place)}`,
  findings: "watch#findings",
  /** The units that were ever deployed with this ledger. */
  unitsKnown: "watch#units",
  /** Up to where what was withheld has been told. */
  released: { pk: "watch#since", sk: "withheld" },
  lookedAfter: (what: string): Key => ({ pk: "watch#since", sk: what }),
  incident: (id: string): Key => ({ pk: `incident#${id}`, sk: "incident" }),
  /** `of`: an incident's id, or a group's. */
  incidentEntry: (of: string, key: string): Key => ({ pk: `incident#${of}`, sk: `at#${key}` }),
  incidentGroup: (group: string): Key => ({ pk: `incident#${group}`, sk: "group" }),
  incidentsDue: "incident#due",
  incidentsOpen: "incident#open",
  incidentsClosed: "incident#closed",
  incidentSources: "incident#source",
  /** By which rules those were written down. */
  inhibitRules: { pk: "incident#rules", sk: "inhibit" },
  /** What was told of a source of events in one hour; what was not, is counted beside it. */
  heard: (source: string, hour: Date): Key => ({
    pk: "signals#heard",
    sk: `${hour.toISOString()}#told#${source}`,
  }),
  unheard: (source: string, hour: Date): Key => ({
    pk: "signals#heard",
    sk: `${hour.toISOString()}#beyond#${source}`,
  }),
  outbox: (writer: string): string => `${writer}#outbox`,
  told: (message: string, channel: string): Key => ({ pk: `told#${message}`, sk: channel }),
  muted: "told#muted",
  withheld: "told#withheld",
  /** Messages that should have become incidents, and could not yet. */
  untaken: "told#untaken",
  /** Channels that did not take a message. */
  failingChannels: "told#channels",
  failingChannel: (channel: string): Key => ({ pk: "told#channels", sk: channel }),
  toldBy: (message: string): string => `told#${message}`,
} as const;

/** Whether a partition holds messages that are to be told. */
export const isOutbox = (pk: string): boolean => pk.endsWith("#outbox");
