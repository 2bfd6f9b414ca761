/**
 * Pebble, the directory that Let's Encrypt's own clients are tested with. It refuses a part of all
 * nonces, and now and then wants a name proven again, which stays on.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { projectRoot } from "../../cli/io/paths.ts";

export interface Pebble {
  /** The address of the directory. */
  readonly directory: string;
  /** PEM: what its own requests are trusted by. */
  readonly authority: string;
  /** PEM: what certificates that it issues are trusted by. */
  roots(): Promise<string[]>;
  /** The last that it said. */
  log(): string;
  stop(): Promise<void>;
}

/** Where the set-up puts it, and where a system has it. */
const folders = (): readonly string[] => [
  join(projectRoot, ".nightshift", "bin"),
  ...(process.env.PATH ?? "").split(delimiter),
];

/** The program; nothing where it is not installed. */
export const pebbleProgram = (): string | undefined =>
  folders()
    .map((folder) => join(folder, "pebble"))
    .find((path) => existsSync(path));

export const noPebble =
  "Pebble is not installed here: `node tools/setup.mjs --pebble` installs it where Go is there (https://go.dev), and Debian and Ubuntu have it: apt-get install pebble";

export interface PebbleOptions {
  /** Of 127.0.0.1, in PEM: what it serves its directory with. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** `address:port` of the name server that it asks. */
  readonly resolver: string;
  readonly config?: object;
  readonly environment?: Readonly<Record<string, string>>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const profiles = {
  default: { description: "ninety days", validityPeriod: 7_776_000 },
  shortlived: { description: "six days", validityPeriod: 518_400 },
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** It says that it listens before it does. */
async function accepted(ports: readonly number[], isOver: () => boolean): Promise<void> {
  for (const port of ports) while (!isOver() && !(await accepts(port))) await setTimeout(10);
}

/** Ends with this process. @throws where it is not installed, or does not start */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const program = pebbleProgram();
  if (!program) throw new Error(noPebble);
  const folder = mkdtempSync(join(tmpdir(), "nightshift-pebble-"));
  const [port, management] = [await freePort(), await freePort()];
  const at = (name: string) => join(folder, name);
  const { cert, key } = options.certificate;
  writeFileSync(at("cert.pem"), cert);
  writeFileSync(at("key.pem"), key, { mode: 0o600 });
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: at("cert.pem"),
    privateKey: at("key.pem"),
    httpPort: 5002,
    tlsPort: 5001,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    retryAfter: { authz: 1, order: 1 },
    profiles,
    ...options.config,
  };
  writeFileSync(at("config.json"), JSON.stringify({ pebble }));
  // Its standard input is the rope: when this process is gone, however, the shell reads the end.
  const child = spawn(
    "sh",
    ["-c", '"$@" & read -r _; kill $!', "sh", program].concat([
      "-config",
      at("config.json"),
      "-dnsserver",
      options.resolver,
    ]),
    {
      env: { PATH: process.env.PATH, PEBBLE_VA_NOSLEEP: "1", ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  child.unref();
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-40_000);
    });
  let isOver = false;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => {
    isOver = true;
  });
  await Promise.race([
    accepted([port, management], () => isOver),
    ended.then(() => Promise.reject(new Error(`Pebble did not start: ${said}`))),
  ]);
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    authority: cert,
    roots: async () => rootsAt(management, cert),
    log: () => said,
    async stop() {
      // Else a process that has nothing else to do ends here.
      child.ref();
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As many as it has: others issue the same beside the first where it is told so. */
async function rootsAt(port: number, authority: string): Promise<string[]> {
  const { request } = await import("node:https");
  const rootAt = (at: number) =>
    new Promise<string | undefined>((resolve, reject) => {
      const asking = request(
        { host: "127.0.0.1", port, path: `/roots/${at}`, ca: authority },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("end", () => resolve(answer.statusCode === 200 ? text : undefined));
        },
      );
      asking.on("error", reject).end();
    });
  const roots: string[] = [];
  for (let root = await rootAt(0); root !== undefined; root = await rootAt(roots.length))
    roots.push(root);
  return roots;
}
