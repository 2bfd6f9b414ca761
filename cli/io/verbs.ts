/** How verbs are added to the command line, by its own groups and by features. */
import type { Command } from "commander";
import type { Io } from "./io.ts";

/** @returns the exit code */
export type Verb = (io: Io) => Promise<number>;
/** Is given what the verb does; called at most once. */
export type Carry = (verb: Verb) => Promise<void>;
/** Adds a verb with the options that all have. */
export type AddVerb = (usage: string, description: string) => Command;

export interface VerbTools {
  readonly verb: AddVerb;
  /** A word with verbs of its own below it: `incident list`. */
  group(name: string, description: string): AddVerb;
  readonly carry: Carry;
}

/** What a feature has as the default export of its `cli.ts`: loads each verb's code when asked for. */
export type FeatureVerbs = (tools: VerbTools) => void;
