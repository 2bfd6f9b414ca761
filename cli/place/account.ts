/**
 * Which account, region and endpoint: by the SDK's own chain, or the embedded AWS that is running.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import { type Clients, createClients } from "../../engine/run/clients.ts";
import type { Signer } from "../../ingest/sign-order.ts";
import { partitionOf } from "../../sdk/arn.ts";
import { isUnknownCaller, NotPossible, RegionNotEnabled, UsageError } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { after, type Clock, seconds } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { downMessage, networkCode } from "../io/failure.ts";
import type { Io } from "../io/io.ts";

/** What the environment says, before anything is asked. */
export interface Surroundings {
  /** The embedded AWS, where nothing in the environment says otherwise. */
  readonly embedded?: {
    readonly endpoint: string;
    readonly credentials: AwsCredentialIdentity;
    readonly settings?: string;
  };
}

export interface CallerAccount {
  /** 12 digits. */
  readonly id: string;
  /** The ARN of who asks. */
  readonly caller: string;
  readonly region: string;
  readonly endpoint: string;
  /** The embedded AWS, or another on this machine: things are carried out here. */
  readonly loopback: boolean;
  /** Signs what a person orders: with the credentials that were asked with, by AWS's own clock. */
  readonly signer: Signer;
  /** @param app which role stands behind them, for the embedded AWS */
  clients(clock: Clock, app?: string): Clients;
}

/** Looks for the embedded AWS where neither endpoint, credentials nor profile are set. */
export async function surroundings(env: NodeJS.ProcessEnv = process.env): Promise<Surroundings> {
  if (env.AWS_ENDPOINT_URL || env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE) return {};
  const [{ findEmbedded }, { embeddedCredentials }] = await Promise.all([
    import("../../testing/embedded.ts"),
    import("../../testing/environment.ts"),
  ]);
  const found = await findEmbedded();
  return found
    ? {
        embedded: {
          endpoint: found.endpoint,
          credentials: embeddedCredentials,
          ...(found.settings && { settings: found.settings }),
        },
      }
    : {};
}

/** Of a profile, as the SDK reads it; nothing where there is none. */
async function profileRegion(): Promise<string | undefined> {
  try {
    return await new STSClient({}).config.region();
  } catch {
    return undefined;
  }
}

/** `--region`, else the environment's or the profile's, else the home region. */
export async function configuredRegion(
  given: string | undefined,
  settings: Pick<ParsedSettings, "home">,
  { embedded }: Surroundings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return (
    given ??
    (env.AWS_REGION ||
      env.AWS_DEFAULT_REGION ||
      (embedded ? undefined : await profileRegion()) ||
      settings.home)
  );
}

/** @throws {UsageError} that names the region, where it comes from, and those that there are */
export function configured(
  region: string,
  from: "option" | "surroundings" | "event",
  { regions }: Pick<ParsedSettings, "regions">,
): string {
  if (regions.includes(region)) return region;
  const said = {
    option: "",
    surroundings: ", which the environment or profile names,",
    event: ", which the event is of,",
  }[from];
  const remedy =
    from === "event"
      ? "Add it to `regions`."
      : "Give one of them with --region, or add it to `regions`.";
  throw new UsageError(
    `the region ${region}${said} is not configured: the settings name ${regions.join(", ")}. ${remedy}`,
  );
}

export function isLoopbackEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * How far AWS's clock is ahead of this machine's, in seconds, by an answer's `Date`; nothing where
 * it has none.
 */
function secondsAhead(response: unknown): number {
  const { date } = fieldsOf(fieldsOf(response).headers);
  const there = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(there) ? 0 : (there - Date.now()) / 1000;
}

/** Each partition's region that is always enabled. */
const alwaysEnabled: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
};

/** Whether AWS knows these credentials in a region that every account has. */
async function isKnownElsewhere(region: string, fixed: object | undefined): Promise<boolean> {
  const other = alwaysEnabled[partitionOf(region)];
  if (other === undefined || other === region) return false;
  const sts = new STSClient({ region: other, ...fixed, maxAttempts: 2 });
  try {
    await sts.send(new GetCallerIdentityCommand({}));
    return true;
  } catch {
    return false;
  } finally {
    sts.destroy();
  }
}

/**
 * Asks who we are, and says on stderr where.
 * @throws {NotPossible} when nothing answers; what AWS says where it refuses
 */
export async function connect(
  { embedded }: Surroundings,
  region: string,
  io: Pick<Io, "say">,
  shown = region,
): Promise<CallerAccount> {
  let endpoint = embedded?.endpoint ?? "";
  const fixed = embedded && { endpoint: embedded.endpoint, credentials: embedded.credentials };
  const sts = new STSClient({
    region,
    ...fixed,
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 3000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  });
  let ahead = 0;
  // Where it really goes, however many files and variables have their say in it; and what time it
  // is there.
  sts.middlewareStack.add(
    (next) => async (args) => {
      const { protocol, hostname, port } = (
        args as unknown as { request: { protocol: string; hostname: string; port?: number } }
      ).request;
      endpoint = `${protocol}//${hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname}${port ? `:${port}` : ""}`;
      const answer = await next(args);
      ahead = secondsAhead(answer.response);
      return answer;
    },
    { step: "build", name: "seeEndpoint" },
  );
  try {
    const { Account: id = "", Arn: caller = "" } = await sts.send(new GetCallerIdentityCommand({}));
    io.say(`account ${id}, region ${shown}, endpoint ${endpoint}`);
    const loopback = isLoopbackEndpoint(endpoint);
    const { credentials } = sts.config;
    return {
      id,
      caller,
      region,
      endpoint,
      loopback,
      signer: { credentials, now: () => after(new Date(), seconds(ahead)) },
      // On loopback every client is pinned to it, so that no service-specific variable leads one of
      // them out.
      clients: (clock, app) =>
        createClients(clock, {
          ...(loopback && app && { app }),
          ...(loopback && { endpoint }),
          ...(embedded && { credentials: async () => embedded.credentials }),
        }),
    };
  } catch (error) {
    const code = networkCode(error);
    if (isUnknownCaller(error) && (await isKnownElsewhere(region, fixed)))
      throw new RegionNotEnabled(region, error);
    throw code ? new NotPossible(downMessage(code, endpoint && ` at ${endpoint}`)) : error;
  } finally {
    sts.destroy();
  }
}
