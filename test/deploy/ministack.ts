/**
 * The AWS that deployments are tested on, and the app deployed to it with the CDK's own command
 * line.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { on, once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { environmentOf } from "../../testing/environment.ts";

const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "node_modules", ".bin");

export interface Deployed {
  readonly endpoint: string;
  readonly account: string;
  readonly environment: Readonly<Record<string, string>>;
  /** From now on every request needs its identity's policies to allow it, as with `AUTH=true`. */
  evaluatePolicies(): Promise<void>;
  /** Ends it and what it started. */
  stop(): Promise<void>;
  /** The last that it said. */
  log(): string;
}

/**
 * An access key of twelve digits names the account. The CDK caches an account by its key, so each
 * start has another.
 */
let accounts = 0;
const anAccount = (): string => String(100_000_000_000 + process.pid * 100 + accounts++);

async function answers(endpoint: string, ended: () => string | undefined): Promise<void> {
  for (;;) {
    const said = ended();
    if (said !== undefined) throw new Error(`ministack ended before it answered:\n${said}`);
    const health = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (health?.ok) return;
    await pause(50);
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly endpoint: string;
  evaluatePolicies(): Promise<void>;
  log(): string;
}

/** Servers on this machine that stand for hosts outside of it, by the host's name. */
export type Servers = Readonly<Record<string, string>>;

/** Starts an empty one on a free loopback port; it ends with this process. */
async function start(servers: Servers): Promise<Started> {
  // Nothing else of our environment: the workers would inherit its endpoint and credentials.
  const environment = {
    PYTHONDONTWRITEBYTECODE: "1",
    PATH: [bin, process.env.PATH].join(delimiter),
    TMPDIR: mkdtempSync(join(tmpdir(), "nightshift-ministack-")),
    NIGHTSHIFT_TEST_SERVERS: JSON.stringify(servers),
  };
  // Its own group: its workers go with it.
  const child = spawn(
    join(root, ".venv", "bin", "python"),
    [join(import.meta.dirname, "serve.py")],
    {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      env: environment,
    },
  );
  let said = "";
  let over: string | undefined;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-200_000);
  });
  child.once("close", () => {
    over = said;
    rmSync(environment.TMPDIR, { recursive: true, force: true });
  });
  child.once("error", (error) => {
    over = error.message;
  });
  const lines = createInterface(child.stdout);
  const [port] = (await Promise.race([
    once(lines, "line"),
    once(child, "close").then(() => [undefined]),
  ])) as [string | undefined];
  if (!port)
    throw new Error(
      `ministack did not start; run \`node tools/setup.mjs --deploy\`. It said:\n${said}`,
    );
  lines.on("line", (line) => {
    said = `${said}${line}\n`.slice(-200_000);
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, () => over);
  const evaluatePolicies = async () => {
    child.stdin.write("auth\n");
    for await (const [line] of on(lines, "line")) if (line === "auth") return;
  };
  return { child, endpoint, evaluatePolicies, log: () => said };
}

const command = promisify(execFile);

interface Bootstrapped extends Deployed {
  /** A folder of its own; it goes when the emulator does. */
  readonly folder: string;
  cdk(...args: string[]): Promise<void>;
}

/** Starts ministack, and bootstraps it in two regions. */
async function bootstrapped(
  context: readonly string[],
  servers: Servers = {},
): Promise<Bootstrapped> {
  const { child, endpoint, evaluatePolicies, log } = await start(servers);
  const account = anAccount();
  const environment = {
    ...environmentOf(endpoint, "eu-central-1", { accessKeyId: account, secretAccessKey: "test" }),
    CDK_DISABLE_CLI_TELEMETRY: "1",
  };
  const folder = mkdtempSync(join(tmpdir(), "nightshift-deploy-"));
  const stop = async () => {
    if (child.exitCode === null && child.pid) {
      process.kill(-child.pid, "SIGKILL");
      await once(child, "close");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const cdk = async (...args: string[]) => {
    try {
      await command(
        join(bin, "cdk"),
        [
          ...args,
          "--no-notices",
          ...context.flatMap((each) => ["--context", each]),
          "--context",
          `out=${join(folder, "dist")}`,
          "--output",
          join(folder, "cdk.out"),
        ],
        {
          cwd: root,
          env: { PATH: [bin, process.env.PATH].join(delimiter), HOME: folder, ...environment },
          maxBuffer: 50_000_000,
        },
      );
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(
        `cdk ${args[0]} failed:\n${stdout}\n${stderr}\nministack said:\n${log().slice(-5000)}`,
      );
    }
  };
  try {
    await cdk("bootstrap", `aws://${account}/eu-central-1`, `aws://${account}/us-east-1`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, account, environment, evaluatePolicies, stop, log, folder, cdk };
}

/**
 * Starts ministack, bootstraps it, and deploys all stacks.
 * @param settings their file
 * @param servers where what functions send outside is led
 */
export async function deploy(settings: string, servers: Servers = {}): Promise<Deployed> {
  const started = await bootstrapped([`settings=${settings}`], servers);
  try {
    await started.cdk("deploy", "--all", "--require-approval", "never");
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}

/** What a verb ended with. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DeployableProject extends Deployed {
  /** Its settings from now on: the source of an object. */
  settings(source: string): void;
  /** Runs a verb in it, with nobody at a terminal. */
  verb(...args: readonly string[]): Promise<Ended>;
}

/** An account with nothing deployed, and a project whose verbs talk to it. */
export async function project(): Promise<DeployableProject> {
  const { folder: home, ...started } = await bootstrapped([]);
  const node = join(bin, "node");
  mkdirSync(join(root, ".nightshift"), { recursive: true });
  // Below the repository: the CDK is found from the project's folder.
  const folder = mkdtempSync(join(root, ".nightshift", "verbs-"));
  const app = `${node} ${join(root, "bin", "app.ts")}`;
  // Nobody is asked about permissions; whether stacks may go is the verbs' own question.
  const cdkJson = { app, output: "cdk.out", requireApproval: "never", notices: false };
  writeFileSync(join(folder, "cdk.json"), JSON.stringify(cdkJson));
  return {
    ...started,
    settings: (source) =>
      writeFileSync(join(folder, "nightshift.config.ts"), `export default ${source};\n`),
    async verb(...args) {
      const path = [bin, process.env.PATH].join(delimiter);
      const child = spawn(node, [join(root, "bin", "nightshift.ts"), ...args], {
        cwd: folder,
        env: { PATH: path, HOME: home, ...started.environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "close") as Promise<[number | null]>,
      ]);
      return { code: code ?? -1, stdout, stderr };
    },
    async stop() {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
