import { count } from "./counted.ts";

/** A length of time, in seconds. Made by `seconds`, `minutes`, `hours` and `days`. */
export interface Span {
  readonly seconds: number;
}

export const seconds = (number: number): Span => ({ seconds: number });
export const minutes = (number: number): Span => ({ seconds: number * 60 });
export const hours = (number: number): Span => ({ seconds: number * 3600 });
export const days = (number: number): Span => ({ seconds: number * 86_400 });

export const milliseconds = (span: Span): number => span.seconds * 1000;
export const after = (from: Date, span: Span): Date =>
  new Date(from.getTime() + milliseconds(span));
export const before = (from: Date, span: Span): Date =>
  new Date(from.getTime() - milliseconds(span));

/** A span as people write it: "30 minutes", "14 days". The largest unit that divides it evenly. */
export function inWords({ seconds: length }: Span): string {
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const)
    if (length >= size && length % size === 0) return count(length / size, unit);
  return count(length, "second");
}

/**
 * The only source of time and waiting: claims, leases, guards and the SDK's retry delays all go by
 * it. The handler passes it in; `--at` and tests set it.
 */
export interface Clock {
  now(): Date;
  /** Resolves after the span; a test's clock moves on instead of waiting. */
  sleep(span: Span): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (span) => new Promise((resolve) => setTimeout(resolve, milliseconds(span))),
};

/** A clock that shows a chosen time, runs on from there, and skips what it is asked to wait. */
export function clockAt(start: Date): Clock {
  const began = performance.now();
  let skipped = 0;
  return {
    now: () => new Date(start.getTime() + (performance.now() - began) + skipped),
    async sleep(span) {
      skipped += milliseconds(span);
    },
  };
}
