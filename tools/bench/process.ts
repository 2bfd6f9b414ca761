/** Measuring in processes of their own. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { pack } from "../../cli/bundle/pack.ts";
import { nodeOptions } from "../../lib/node-options.ts";

const root = resolve(import.meta.dirname, "..", "..");

/**
 * One of the bench's own programs as it would be deployed: one bundle.
 * @param program within `tools`
 * @returns the file to run
 */
export async function packedProgram(program: string, folder: string): Promise<string> {
  const source = `import ${JSON.stringify(join(root, "tools", program))};`;
  await pack(folder, { source, settings: {} });
  return join(folder, "index.mjs");
}

/**
 * Runs one of the bench's own programs as a function would.
 * @param file as it was packed
 * @param heap megabytes that its heap may have
 * @returns what it prints, parsed
 */
export function measuredApart(file: string, options: readonly string[], heap: number): unknown {
  const limits = [`--max-old-space-size=${heap}`, nodeOptions];
  const printed = execFileSync(process.execPath, [...limits, file, ...options], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(printed);
}

/** Milliseconds that importing a module takes in a process of its own. */
export function loadTime(file: string): number {
  const source = `const began = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - began);`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", source], {
    env: { PATH: process.env.PATH, AWS_REGION: "eu-central-1" },
  });
  return Number(printed);
}

/**
 * Samples of several things, one of each in turn, so that what else the machine does falls on all
 * of them alike. The first round warms up and does not count.
 */
export function interleaved<K extends string>(
  things: Readonly<Record<K, () => number>>,
  rounds: number,
): Readonly<Record<K, readonly number[]>> {
  const names = Object.keys(things) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    K,
    number[]
  >;
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const sample = things[name]();
      if (round > 0) samples[name].push(sample);
    }
  return samples;
}
