/** Asks a person, where there is one. */
import { createInterface } from "node:readline/promises";

/** @returns what was answered; nothing where nobody can answer */
export type Ask = (question: string) => Promise<boolean | undefined>;

/** On stderr, for stdout is data. Only `y` and `yes` mean yes. */
export const askOnTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
};
