/**
 * Lets servers read a certificate again that was renewed or exported into a secret. Nothing of it is
 * sent to them: each fetches the secret with its own role, in a document of the account's own. A server
 * is told once of each certificate, some at a time, and nobody more when one has failed; one that was
 * started later has read the new one by itself. Where servers take it from the secret's parameter, they
 * are told when that has the new one. Afterwards the endpoints of the settings are asked what they serve.
 */
import type { Filter, Instance } from "@aws-sdk/client-ec2";
import type { Command } from "@aws-sdk/client-ssm";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { secretFolder } from "../../../aws/secretsmanager/folder.ts";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { listCommands } from "../../../aws/ssm/command.ts";
import { describeParameters } from "../../../aws/ssm/parameter.ts";
import { carefully, sendCommand, servesTag } from "../../../aws/ssm/reload.ts";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { tagMap } from "../../../sdk/tags.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type CurrentVersion, currentVersion } from "../current-version.ts";
import { createProbe, type Probe } from "../probe.ts";
import { judgeServing, type Serving } from "../serving.ts";
import { reloadConfig, type ServedSecret } from "./config.ts";
import { counting, type Mirror, type MirrorTime, mirrorOf, momentOf } from "./mirror.ts";

const reads = [describeSecret, describeParameters, describeInstances, listCommands] as const;
type Read = Reader<typeof reads>;

/** A secret that servers read, and what was told of what it holds. */
export interface SecretServed {
  readonly served: ServedSecret;
  readonly current: CurrentVersion | undefined;
  /** Where servers take it from a parameter. */
  readonly mirror?: Mirror | undefined;
  /** What servers were told of any certificate in it, the last first. */
  readonly told: readonly Command[];
  /** Where something else is served although all were told. */
  readonly wrong: readonly Serving[];
}

/** A server, and what it is to serve. */
export interface CertificateServer {
  readonly instance: Instance;
  readonly secrets: readonly SecretServed[];
}

const nameOf = ({ secret }: ServedSecret): string => secret.slice(secretFolder.length);

const serves = ({ Tags = [] }: Instance, served: ServedSecret): boolean =>
  (tagMap(Tags)?.[servesTag] ?? "").split(/\s/).includes(nameOf(served));

/** By it a command is found again: SSM keeps a hundred characters. */
const commentOf = (served: ServedSecret, serial: string): string =>
  `nightshift ${serial} ${nameOf(served)}`.slice(0, 100);

const isTo = ({ InstanceIds = [] }: Command, { InstanceId }: Instance): boolean =>
  InstanceIds.some((id) => id === InstanceId);

const underWay: ReadonlySet<string | undefined> = new Set(["Pending", "InProgress", "Cancelling"]);
const isUnderWay = ({ Status }: Command): boolean => underWay.has(Status);

const isAbout =
  (served: ServedSecret) =>
  ({ Comment = "", DocumentName }: Command): boolean =>
    DocumentName === served.document && Comment === commentOf(served, Comment.split(" ")[1] ?? "");

const toldOf = (all: readonly Command[], served: ServedSecret): Command[] =>
  all.filter(isAbout(served)).toSorted((a, b) => momentOf(b) - momentOf(a));

interface Judging {
  readonly probe: Probe;
  readonly now: Date;
  readonly authorities: readonly string[];
}

/** What cannot be reached from here is unknown, and no reason to say anything. */
async function wrongAt(
  { endpoints }: ServedSecret,
  serial: string,
  { probe, ...judging }: Judging,
): Promise<Serving[]> {
  const seen = await Promise.all(
    endpoints.map(async (endpoint) =>
      judgeServing(endpoint, await probe(endpoint, judging), serial),
    ),
  );
  return seen.filter(({ kind }) => kind === "old" || kind === "failing");
}

const withoutPlaces = ({ mirror, ...each }: SecretServed): SecretServed => ({
  ...each,
  wrong: [],
  mirror: mirror && { ...mirror, late: undefined },
});

const wrongWords = ({ document }: ServedSecret, wrong: readonly Serving[]): string => {
  const places = wrong.map(({ where, kind, why }) => `${where} (${kind}: ${why})`);
  return `${document} has run on all servers, and another certificate is served, or one that clients refuse, at ${places.join(", ")}: look whether it puts the files where the server reads them`;
};

const failedWords = ({ document }: ServedSecret, last: Command, tries: number): string => {
  const { CommandId, Status, ErrorCount = 0, DeliveryTimedOutCount = 0, TargetCount = 0 } = last;
  const failed = ErrorCount + DeliveryTimedOutCount;
  return `${document} was sent ${count(tries, "time")} and ended as ${Status}, with ${failed} of ${count(TargetCount, "instance")} failed: \`aws ssm list-command-invocations --command-id ${CommandId} --details\` says why. Servers go on with the certificate that they have; mend it, and send it by hand`;
};

/** SSM remembers commands a little longer. */
const remembered = days(28);
const mostTries = 3;

/** A server that was started since has read the new one. */
function isNews({ LaunchTime }: Instance, changed: Date | undefined, now: Date): boolean {
  if (!changed || after(changed, remembered) < now) return false;
  return !LaunchTime || LaunchTime <= changed;
}

/** What is to be said or done of one secret at one server. */
type Judged =
  | { readonly kind: "well" }
  | { readonly kind: "unjudged"; readonly why: string }
  | {
      readonly kind: "news";
      readonly serial: string;
      readonly before: string;
      readonly key: string;
    };

function judged(
  instance: Instance,
  { served, current, mirror, told, wrong }: SecretServed,
  now: Date,
): Judged {
  if (!current?.serial)
    return {
      kind: "unjudged",
      why: `${served.secret} holds no certificate that a renewal or an export of Nightshift has put there: name the secret that one of them is for`,
    };
  if (mirror?.late) return { kind: "unjudged", why: mirror.late };
  if (mirror && !mirror.isSo) return { kind: "well" };
  if (wrong.length) return { kind: "unjudged", why: wrongWords(served, wrong) };
  const ever = told.filter((command) => isTo(command, instance));
  const own = counting(ever, mirror);
  const comment = commentOf(served, current.serial);
  const other = own.findIndex(({ Comment }) => Comment !== comment);
  // Whoever was told of another one since must read this one again.
  const [last, ...earlier] = other < 0 ? own : own.slice(0, other);
  if (last && (isUnderWay(last) || last.Status === "Success")) return { kind: "well" };
  const changed = mirror ? mirror.since : current.changed;
  if (!last && !isNews(instance, changed, now)) return { kind: "well" };
  if (last && earlier.length + 1 >= mostTries)
    return { kind: "unjudged", why: failedWords(served, last, earlier.length + 1) };
  const before = last ? `, which ended as ${last.Status} before` : "";
  const put = mirror ? ` of ${mirror.version}` : "";
  return { kind: "news", serial: current.serial, before, key: `${comment} ${ever.length}${put}` };
}

/** All of the settings, as they are now. */
async function secretsOf(
  read: Read,
  servers: readonly ServedSecret[],
  { mirrorHours, ...judging }: Judging & Pick<MirrorTime, "mirrorHours">,
): Promise<SecretServed[]> {
  const found: SecretServed[] = [];
  const commands = await Array.fromAsync(read(listCommands({})));
  for (const served of servers) {
    const current = await currentVersion(read, served.secret);
    const serial = current?.serial ?? "";
    const told = toldOf(commands, served);
    const mirror = await mirrorOf(read, served, { current, now: judging.now, mirrorHours });
    const [last] = counting(told, mirror);
    const isTold = last?.Status === "Success" && last.Comment === commentOf(served, serial);
    const wrong = serial && isTold ? await wrongAt(served, serial, judging) : [];
    found.push({ served, current, mirror, told, wrong });
  }
  return found;
}

const servesAny: Filter[] = [
  { Name: "tag-key", Values: [servesTag] },
  { Name: "instance-state-name", Values: ["running"] },
];

/** @param probe how endpoints are asked */
export const reloadCertificates = (probe: Probe) =>
  automation({
    id: "reload-certificates",
    family: "certificates",
    summary: "Lets servers read a certificate again that was renewed in its secret",
    on: [sweep("cron(40 * * * ? *)", { window: minutes(10) })],
    config: reloadConfig,
    named: ({ servers }) => ({
      reload_document: [...new Set(servers.map(({ document }) => document))],
    }),
    // The document runs on a fifth of them at a time, and ends with the first failure.
    caps: () => ({ changes: 500, percent: 100 }),
    reads,
    writes: [sendCommand],
    lost: ["What connections a server drops when it reads its certificate again."],

    async *find({ read, only, now, config: { servers, authorities, mirrorHours } }) {
      if (!servers.length) return;
      const all = await secretsOf(read, servers, { probe, now, authorities, mirrorHours });
      let isFirst = true;
      for await (const instance of read(describeInstances({ Filters: servesAny }))) {
        const { InstanceId = "" } = instance;
        if (only && !only.includes(InstanceId)) continue;
        const secrets = all.filter(({ served }) => serves(instance, served));
        if (!secrets.length) continue;
        // What is served is said of the first alone.
        yield { instance, secrets: isFirst ? secrets : secrets.map(withoutPlaces) };
        isFirst = false;
      }
    },

    target: ({ instance: { InstanceId, Tags } }: CertificateServer) => ({
      id: InstanceId,
      tags: Tags ?? [],
    }),
    state: ({ instance, secrets }) =>
      Object.fromEntries(
        secrets.map(({ served, told }) => {
          const last = told.find((command) => isTo(command, instance));
          return [served.secret, last?.Comment?.split(" ")[1] ?? null];
        }),
      ),
    becomes: ({ secrets }) =>
      Object.fromEntries(
        secrets.map(({ served, current }) => [served.secret, current?.serial ?? null]),
      ),

    propose({ instance, secrets }, { now }) {
      const { InstanceId } = instance;
      if (!InstanceId) return;
      const problems: string[] = [];
      for (const each of secrets) {
        const is = judged(instance, each, now);
        if (is.kind === "unjudged") problems.push(is.why);
        if (is.kind !== "news") continue;
        const { secret, document } = each.served;
        // Of several the next sweep tells the next.
        return {
          once: is.key,
          because: `${secret} has the certificate ${is.serial}, of which it was not told${is.before}`,
          call: sendCommand({
            DocumentName: document,
            InstanceIds: [InstanceId],
            Comment: commentOf(each.served, is.serial),
            ...carefully,
          }),
        };
      }
      if (problems.length) throw new CannotJudge(problems.join("; "));
    },
  });

export default reloadCertificates(createProbe());
