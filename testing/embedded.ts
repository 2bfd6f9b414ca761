/** The embedded AWS: moto, from the project's virtual environment, as a child of this process. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { projectRoot } from "../cli/io/paths.ts";
import { NotPossible } from "../sdk/errors.ts";
import { embeddedAccount } from "./environment.ts";

const python = join(projectRoot, ".venv", "bin", "python");
const announcedIn = join(projectRoot, ".nightshift", "embedded.json");

/** Where a running embedded AWS is, for the command line in another terminal. */
export interface Announcement {
  readonly endpoint: string;
  /** Of the embedded AWS itself. */
  readonly pid: number;
  readonly account: string;
  readonly regions: readonly string[];
  /**
   * The settings that its night goes by, relative to the checkout: the command line's default
   * beside it.
   */
  readonly settings?: string;
}

export interface Embedded {
  readonly endpoint: string;
  readonly pid: number;
  /** Forgets everything, in all accounts and regions. */
  reset(): Promise<void>;
  /** Ends it and takes its announcement back. Harmless when it has ended already. */
  stop(): Promise<void>;
  /** The last that it said: stack traces of what it answered with 500. */
  log(): string;
}

interface Options {
  /** Default: a free one. */
  readonly port?: number;
  /**
   * Says where it is in a file, for `findEmbedded`; by default in the checkout's
   * `.nightshift/embedded.json`.
   */
  readonly announce?: {
    readonly regions: readonly string[];
    readonly settings?: string;
    readonly file?: string;
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Keeps the end of what a stream says. */
function tail(stream: Readable): () => string {
  let said = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-20_000);
  });
  return () => said;
}

/** The port is the first line that it prints, once it listens. */
function listening(child: Child, said: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", (line) => resolve(Number(line)));
    child.once("error", reject);
    child.once("close", (code) =>
      reject(
        new Error(
          `The embedded AWS ended with code ${code} before it answered. What it said:\n${said()}`,
        ),
      ),
    );
  });
}

/**
 * Starts an empty embedded AWS on a loopback port. It ends with this process, however that ends.
 * @throws when the virtual environment is missing or the port is taken
 */
export async function startEmbedded({ port = 0, announce }: Options = {}): Promise<Embedded> {
  if (!existsSync(python))
    throw new NotPossible(
      "the embedded AWS is not installed here: run `npx nightshift setup`, then start again",
    );
  // Its standard input is the rope: when this process is gone it reads the end and exits. Its own
  // session, so that Ctrl-C does not end it before this process has finished with it.
  const child: Child = spawn(python, [join(import.meta.dirname, "embedded.py"), String(port)], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const said = tail(child.stderr);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const endpoint = `http://127.0.0.1:${await listening(child, said)}`;
  const pid = child.pid as number;
  // What is still open must not keep this process alive when its work is done.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr])
    (stream as unknown as { unref(): void }).unref();

  const file = announce?.file ?? announcedIn;
  const retract = () => {
    if (announce && announced(file)?.pid === pid) rmSync(file, { force: true });
  };
  if (announce) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({
        endpoint,
        pid,
        account: embeddedAccount,
        regions: announce.regions,
        ...(announce.settings && { settings: announce.settings }),
      } satisfies Announcement),
    );
    process.once("exit", retract);
  }

  return {
    endpoint,
    pid,
    log: said,
    async reset() {
      const answer = await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
      if (!answer.ok)
        throw new Error(
          `The embedded AWS at ${endpoint} could not be reset: it answered ${answer.status}.`,
        );
    },
    async stop() {
      process.off("exit", retract);
      retract();
      child.ref();
      child.kill();
      await ended;
    },
  };
}

function announced(file: string): Announcement | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Announcement;
  } catch {
    return undefined;
  }
}

/** The embedded AWS that another process of this checkout has announced, if it still answers. */
export async function findEmbedded(file = announcedIn): Promise<Announcement | undefined> {
  const found = announced(file);
  if (!found) return undefined;
  try {
    process.kill(found.pid, 0);
    const answer = await fetch(`${found.endpoint}/moto-api/`, {
      signal: AbortSignal.timeout(2000),
    });
    return answer.ok ? found : undefined;
  } catch {
    return undefined;
  }
}
