/** What all renderings for Slack share. */
import type { Severity } from "../../sdk/message.ts";
import type { Block } from "./blocks.ts";

export interface SlackOptions {
  /** IANA name of the readers' time zone. */
  readonly timeZone: string;
  /** How the command line is called here. */
  readonly command?: string;
  /** Whether a unit goes by schedules of hours, so that what it stops can be kept on for longer. */
  byHours?(unit: string): boolean;
  /** The member id of somebody whom the settings name, so that Slack calls them. */
  member?(person: string): string | undefined;
}

/** What is posted: `text` stands in notifications, and wherever blocks cannot be shown. */
export interface Rendered {
  readonly text: string;
  readonly blocks: Block[];
}

/** Begin the ids of the blocks that change when the matter goes on. */
export const inParts = {
  head: "head",
  state: "state",
  incidents: "incidents",
  actions: "actions",
} as const;

export const signs: Readonly<Record<Severity, string>> = {
  critical: "🔴",
  warning: "🟠",
  info: "🔵",
};

export const shortDollars = (amount: number): string =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: amount % 1 ? 2 : 0, maximumFractionDigits: 2 })}`;
