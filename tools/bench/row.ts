/** A line of the bench's table: what was to be reached, and what was measured. */
import { cpus, totalmem } from "node:os";

export interface Goal {
  readonly what: string;
  /** No more than that. */
  readonly target: number;
  readonly unit: string;
}

export interface Figure extends Goal {
  /** The median; nothing where it was not measured. */
  readonly figure: number | null;
  /** Of the target. */
  readonly ratio: number | null;
  /** The lowest and the highest sample, where there are several. */
  readonly spread?: readonly [number, number];
  readonly samples: number;
  /** How it was measured, or why not. */
  readonly note?: string;
}

/** What a run of the bench has found, and on what. */
export interface BenchRun {
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

/** Where and with what it is measured. */
export const machine = (): string => {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const { version, platform, arch } = process;
  return `${cpus().length} x ${processor?.model.trim() || "unnamed processor"}, ${memory} GB, ${platform} ${arch}, Node.js ${version}`;
};

const rounded = (value: number): number => Number(value.toPrecision(3));

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** @param samples at least one */
export function measured(target: Goal, samples: readonly number[], note?: string): Figure {
  const figure = median(samples);
  return {
    ...target,
    figure: rounded(figure),
    ratio: rounded(figure / target.target),
    ...(samples.length > 1 && {
      spread: [rounded(Math.min(...samples)), rounded(Math.max(...samples))] as const,
    }),
    samples: samples.length,
    ...(note !== undefined && { note }),
  };
}

/** @param why and what to do, that it is measured */
export const notMeasured = (target: Goal, why: string): Figure => ({
  ...target,
  ...{ figure: null, ratio: null, samples: 0 },
  note: why,
});

const amount = (value: number | null, unit: string): string =>
  value === null ? "not measured" : `${value} ${unit}`.trim();

/** As people read it, in Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, target, unit, figure, ratio, spread, note = "" }) => {
    const between = spread ? `${spread[0]} to ${spread[1]}` : "";
    return `| ${[what, amount(target, unit), amount(figure, unit), ratio ?? "", between, note].join(" | ")} |`;
  });
  return [
    "| what | target, at most | measured | of the target | spread | how |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
