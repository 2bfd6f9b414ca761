// Installs what this checkout needs: npm packages (with the pinned Node) and, in .venv/, the
// embedded AWS. As part of the package, only the latter, into the project that it is run in. Plain JavaScript without packages, because it runs on the host's Node before
// anything is there. When everything is in place it needs no network and takes a moment, so every
// command begins with it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const own = dirname(dirname(fileURLToPath(import.meta.url)));
const isPackage = basename(own) === "build";
const root = isPackage ? process.cwd() : own;
const inRoot = (...parts) => join(root, ...parts);
const venvPython = inRoot(".venv", "bin", "python");
const say = (text) => process.stderr.write(`${text}\n`);

/** What cannot be mended here: what is missing, and how to get it. */
class Missing extends Error {}

const textOf = (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

/**
 * The installer that is at work, and whether this process has been told to end: it waits for the
 * installer, which would get in the way of the next set-up.
 */
let running;
let ending = false;

/** Runs a command quietly; what it printed is shown only when it fails. */
function run(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (ending) process.exit(1);
      running = undefined;
      return code === 0
        ? resolve(output)
        : reject(
            Object.assign(new Error(`${command} ${args[0]} ended with code ${code}`), { output }),
          );
    });
  });
}

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Max retries exceeded|SSLError|CERT_|No matching distribution found/;

/** Runs an installer, and says plainly when it failed because its registry could not be reached. */
async function install(what, registry, { command, args, env }) {
  try {
    await run(command, args, env);
  } catch (error) {
    if (error.code === "ENOENT")
      throw new Missing(
        `${command} is not on the PATH, and without it ${what} cannot be installed.`,
      );
    say(error.output ?? "");
    const network = unreachable.test(error.output ?? "");
    throw new Missing(
      network
        ? `${what} could not be installed: ${registry} could not be reached. Check the network (proxy, certificates, a mirror in your own npm or pip settings) and start again; what is already there is kept.`
        : `${what} could not be installed: ${error.message}; its own words are above.`,
    );
  }
}

// --- npm packages

/**
 * npm writes node_modules/.package-lock.json last, so it tells what is completely installed,
 * whoever installed it.
 */
function packagesAreInstalled() {
  const installed = textOf(inRoot("node_modules", ".package-lock.json"));
  if (!installed || !existsSync(inRoot("node_modules", ".bin", "node"))) return false;
  const there = JSON.parse(installed).packages;
  const wanted = Object.entries(
    JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8")).packages,
  ).filter(([path]) => path !== "");
  const missing = wanted.filter(([path, { version, integrity, optional, devOptional }]) =>
    there[path]
      ? there[path].version !== version || there[path].integrity !== integrity
      : !optional && !devOptional,
  );
  return missing.length === 0;
}

async function installPackages() {
  say(
    "Installing the npm packages and the pinned Node; the first time this takes a minute or two …",
  );
  // Without node_modules/.bin, whose `node` disappears while npm replaces the folder.
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !entry.endsWith(join("node_modules", ".bin")));
  await install("The npm packages", "npm's registry", {
    command: "npm",
    args: ["ci", "--loglevel=error", "--no-audit", "--no-fund"],
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (!existsSync(inRoot("node_modules", ".bin", "node")))
    throw new Missing(
      "The pinned Node is missing although npm succeeded: its install script did not run. Unset `ignore-scripts` in your npm settings and start again.",
    );
}

// --- the virtual environment

function findPython() {
  const seen = [];
  for (const name of [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
  ]) {
    const probe = spawnSync(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
      encoding: "utf8",
    });
    if (probe.status !== 0) continue;
    const version = probe.stdout.trim();
    seen.push(`${name} is ${version}`);
    if (Number(version.split(".")[1]) < 10) continue;
    if (spawnSync(name, ["-c", "import venv, ensurepip"]).status === 0) return name;
    seen.push(
      `${name} has no venv module: on Debian and Ubuntu install it with \`apt-get install python${version}-venv\` or \`apt-get install python3-venv\``,
    );
  }
  throw new Missing(
    `The embedded AWS needs Python 3.10 or newer with its venv module${seen.length ? `; found: ${seen.join("; ")}.` : ", and there is no python3 on the PATH."}`,
  );
}

const requirements = (suffix) => ({
  file: join(own, "testing", `requirements${suffix}.txt`),
  stamp: inRoot(".venv", `installed${suffix}`),
});
const hashOf = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** A dangling or broken interpreter (the host's Python was upgraded) counts as missing. */
const isInstalled = ({ file, stamp }) => existsSync(venvPython) && textOf(stamp) === hashOf(file);

async function installPython(what, { file, stamp }) {
  if (!existsSync(venvPython) || spawnSync(venvPython, ["-c", "import pip"]).status !== 0) {
    const python = findPython();
    rmSync(inRoot(".venv"), { recursive: true, force: true });
    await install("The virtual environment", "Python's package index", {
      command: python,
      args: ["-m", "venv", inRoot(".venv")],
    });
  }
  say(`${what} is being installed into .venv/; the first time this takes about half a minute …`);
  await install(what, "Python's package index", {
    command: venvPython,
    args: [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--require-hashes",
      "-r",
      file,
    ],
  });
  writeFileSync(stamp, hashOf(file));
}

// --- Pebble, the directory that renewals of certificates are tested with

/** Its Go module checks what it fetches against Go's own list of hashes. */
const pebble = { module: "github.com/letsencrypt/pebble/v2/cmd/pebble", version: "v2.10.3" };
const pebbleFolder = inRoot(".nightshift", "bin");

const isThere = (command, ...args) => spawnSync(command, args).error === undefined;

/** Where neither Go nor the program is, the tests that need it say so. */
const pebbleIsInstalled = () =>
  existsSync(join(pebbleFolder, "pebble")) ||
  isThere("pebble", "-version") ||
  !isThere("go", "version");

/** Only some tests need it: whoever cannot fetch it can do everything else. */
async function installPebble() {
  say(
    "Pebble is being installed into .nightshift/bin/; the first time this takes about a minute …",
  );
  try {
    await run("go", ["install", `${pebble.module}@${pebble.version}`], {
      ...process.env,
      GOBIN: pebbleFolder,
    });
  } catch (error) {
    say(error.output ?? "");
    say(
      `Pebble could not be installed: ${error.message}. The tests of renewals will say that it is missing.`,
    );
  }
}

// --- one at a time

const lock = inRoot(".nightshift", "setup.lock");

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Takes the lock if it is free, or if who held it is gone. The link makes it appear together with
 * its content.
 */
function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const holder = textOf(lock);
    if (holder === undefined || alive(Number(holder))) return false;
    const taken = `${mine}.stale`;
    try {
      renameSync(lock, taken);
    } catch {
      return false;
    }
    // Another one may have replaced the dead one's lock in between: then give it back.
    if (textOf(taken) !== holder) linkSync(taken, lock);
    rmSync(taken);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

async function underLock(work) {
  for (let waited = 0; !takeLock(); waited += 1) {
    if (waited === 5)
      say(`Another set-up of this checkout is running (process ${textOf(lock)}); waiting for it …`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => {
    if (textOf(lock) === String(process.pid)) rmSync(lock, { force: true });
  };
  process.on("exit", release);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      ending = true;
      if (!running?.kill(signal)) process.exit(1);
    });
  try {
    await work();
  } finally {
    release();
  }
}

async function setUp() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20)
    throw new Missing(
      `Node 20 or newer is needed, this is ${process.versions.node}. Install a newer one from https://nodejs.org; the pinned Node 24 then comes by itself.`,
    );

  const steps = [
    ...(isPackage ? [] : [{ done: packagesAreInstalled, work: installPackages }]),
    {
      done: () => isInstalled(requirements("")),
      work: () => installPython("The embedded AWS (moto)", requirements("")),
    },
  ];
  if (process.argv.includes("--pebble") && !isPackage)
    steps.push({ done: pebbleIsInstalled, work: installPebble });
  if (process.argv.includes("--deploy"))
    steps.push({
      done: () => isInstalled(requirements("-deploy")),
      work: () =>
        installPython(
          "The AWS that deployments are tested on (ministack)",
          requirements("-deploy"),
        ),
    });

  if (steps.some(({ done }) => !done()))
    await underLock(async () => {
      for (const { done, work } of steps) if (!done()) await work();
      say("Set-up is complete.");
    });
}

try {
  await setUp();
} catch (error) {
  say(error instanceof Missing ? `Set-up: ${error.message}` : error.stack);
  process.exit(1);
}
