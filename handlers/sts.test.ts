import { execFileSync } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { identityRequest } from "../ingest/proof.ts";
import { NotPossible, TryAgain } from "../sdk/errors.ts";

import { askSts, type StsOptions } from "./sts.ts";

const home = "eu-west-1";
const host = `sts.${home}.amazonaws.com`;
const ann = "arn:aws:iam::123456789012:user/ann";
const known = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ann}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const request = {
  ...identityRequest(home, "0".repeat(64)),
  headers: { ...identityRequest(home, "0".repeat(64)).headers, "x-amz-security-token": "a-token" },
};

/** Key and certificate of a server of that name, which signs for itself. */
const certified = (name: string): string =>
  execFileSync(join(import.meta.dirname, "../.venv/bin/python"), [
    "-c",
    [
      "import datetime as d,sys",
      "from cryptography import x509",
      "from cryptography.hazmat.primitives import hashes,serialization as s",
      "from cryptography.hazmat.primitives.asymmetric import ec",
      "from cryptography.x509.oid import NameOID as N",
      "k=ec.generate_private_key(ec.SECP256R1())",
      "n=x509.Name([x509.NameAttribute(N.COMMON_NAME,sys.argv[1])])",
      "b=x509.CertificateBuilder().subject_name(n).issuer_name(n).public_key(k.public_key()).serial_number(1)",
      "b=b.not_valid_before(d.datetime(2020,1,1)).not_valid_after(d.datetime(2099,1,1))",
      "b=b.add_extension(x509.SubjectAlternativeName([x509.DNSName(sys.argv[1])]),False)",
      "print(k.private_bytes(s.Encoding.PEM,s.PrivateFormat.PKCS8,s.NoEncryption()).decode()+b.sign(k,hashes.SHA256()).public_bytes(s.Encoding.PEM).decode())",
    ].join("\n"),
    name,
  ]).toString();

let [pem, other] = ["", ""];
beforeAll(() => {
  pem = certified(host);
  other = certified("hooks.example.com");
});
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Heard {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Asks a server of the test, which stands in for STS. */
async function asking(
  answer: (response: ServerResponse) => void,
  { by = pem, timeout }: { readonly by?: string } & Pick<StsOptions, "timeout"> = {},
) {
  const heard: Heard[] = [];
  const server = createServer({ key: by, cert: by }, async (asked, response) => {
    const body = Buffer.concat(await Array.fromAsync(asked)).toString();
    heard.push({ line: `${asked.method} ${asked.url}`, headers: asked.headers, body });
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connection: StsOptions["connection"] = {
    port,
    ca: by,
    lookup: (_, options, done) =>
      options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
  };
  const ask = askSts(home, { connection, ...(timeout && { timeout }) });
  return { heard, asked: () => ask(request) };
}

test("sends what was signed to STS, and takes from it who that was", async () => {
  const { heard, asked } = await asking((response) => response.end(known));
  expect(await asked()).toEqual({ arn: ann, account: "123456789012" });
  expect(heard).toEqual([
    {
      line: "POST /",
      headers: expect.objectContaining({ ...request.headers, host }),
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    },
  ]);
});

describe("proves nobody, and may be tried again", () => {
  test("where it is sent elsewhere: a redirect is not followed", async () => {
    const { heard, asked } = await asking((response) =>
      response.writeHead(307, { location: "https://example.com/" }).end(known),
    );
    await expect(asked()).rejects.toThrow(TryAgain);
    expect(heard).toHaveLength(1);
  });

  test("where the answer has no end", async () => {
    const { asked } = await asking((response) => {
      response.write(known);
      response.end("x".repeat(20_000));
    });
    await expect(asked()).rejects.toThrow(/ANSWER_TOO_LONG/);
  });

  test("where the answer breaks off, or is late", async () => {
    const broken = await asking((response) => {
      response.write(known.slice(0, -30), () => response.destroy());
    });
    await expect(broken.asked()).rejects.toThrow(TryAgain);
    const late = await asking((response) => response.write("<"), {
      timeout: { seconds: 0.05 },
    });
    await expect(late.asked()).rejects.toThrow(TryAgain);
  });

  test("where another answers in its name, and nothing is said to them", async () => {
    const { heard, asked } = await asking((response) => response.end(known), { by: other });
    await expect(asked()).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID/);
    expect(heard).toEqual([]);
  });

  test("where nothing answers, in words that do not repeat what was signed", async () => {
    const { asked } = await asking((response) => response.destroy());
    const error: unknown = await asked().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TryAgain);
    const text = JSON.stringify([String(error), (error as Error).stack, (error as Error).cause]);
    expect(text).toContain(host);
    expect(text).not.toContain("a-token");
  });
});

test("a refusal of STS is one, and is not repeated word for word", async () => {
  const refusal =
    "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>x-amz-security-token:a-token</Message></Error></ErrorResponse>";
  const { asked } = await asking((response) => response.writeHead(403).end(refusal));
  await expect(asked()).rejects.toThrow(NotPossible);
  await expect(asked()).rejects.toThrow(/^(?!.*a-token)/);
});

test("no variable of the environment leads elsewhere", async () => {
  process.env.AWS_ENDPOINT_URL_STS = "http://127.0.0.1:1";
  stops.push(() => delete process.env.AWS_ENDPOINT_URL_STS);
  const { asked } = await asking((response) => response.end(known));
  expect((await asked()).arn).toBe(ann);
});
