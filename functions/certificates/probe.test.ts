import { type AddressInfo, createServer as createPlain, type Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { after, before, days, seconds } from "../../sdk/time.ts";
import { certificates, type Made, type Wanted } from "../../test/setup/certificates.ts";
import {
  askedName,
  createProbe,
  isWeakHash,
  type ProbeOptions,
  serialOf,
  type TlsEndpoint,
} from "./probe.ts";

const now = new Date();
const host = "www.example.com";
const leaf = (more: Partial<Wanted> & Pick<Wanted, "subject">): Wanted => ({
  by: "between",
  names: [host],
  ...more,
});
const wanted: readonly Wanted[] = [
  { subject: "root", ca: true },
  { subject: "between", by: "root", ca: true },
  {
    subject: "stale between",
    by: "root",
    ca: true,
    from: before(now, days(30)),
    to: before(now, days(1)),
  },
  leaf({
    subject: "good",
    serial: "0badc0de",
    from: before(now, days(2)),
    to: after(now, days(4)),
  }),
  leaf({ subject: "wild", names: ["*.example.com"] }),
  leaf({ subject: "expired", from: before(now, days(90)), to: before(now, days(1)) }),
  leaf({ subject: "early", from: after(now, days(1)), to: after(now, days(9)) }),
  leaf({ subject: "small", key: "RSA 1024" }),
  leaf({ subject: "large", key: "RSA 2048" }),
  leaf({ subject: "stale", by: "stale between" }),
  { subject: "self", names: [host] },
];
let made: Readonly<Record<string, Made>>;
beforeAll(() => {
  made = certificates(wanted);
});
const of = (subject: string): Made => {
  const one = made[subject];
  if (!one) throw new Error(`no certificate ${subject}`);
  return one;
};

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});
async function listening(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Short keys and old protocols too. */
const anyStrength = "DEFAULT@SECLEVEL=0";
/** What the server was sent beyond the handshake. */
const heard: string[] = [];
const serving = (subjects: readonly string[], more: TlsOptions = {}): Promise<number> => {
  const [first = ""] = subjects;
  const cert = subjects.map((subject) => of(subject).cert).join("");
  const server = createServer(
    { key: of(first).key, cert, ciphers: anyStrength, ...more },
    (socket) => {
      socket.on("data", (data) => heard.push(data.toString())).on("error", () => {});
    },
  );
  server.on("tlsClientError", () => {});
  return listening(server);
};

const here: ProbeOptions = { loopback: true, resolve: async () => ["127.0.0.1"] };
const probed = (endpoint: Partial<TlsEndpoint> & Pick<TlsEndpoint, "port">, options = here) =>
  createProbe(options)({ host, ...endpoint }, { now, authorities: [of("root").cert] });

describe("what is served", () => {
  test("is read to the last field, and nothing is sent", async () => {
    const port = await serving(["good", "between"]);
    expect(await probed({ port })).toEqual({
      kind: "served",
      certificate: {
        serial: "BADC0DE",
        from: new Date(Math.floor(before(now, days(2)).getTime() / 1000) * 1000),
        to: new Date(Math.floor(after(now, days(4)).getTime() / 1000) * 1000),
        names: [host],
        issuer: "between",
        key: "EC prime256v1",
        signature: expect.stringMatching(/sha256/i),
        protocol: "TLSv1.3",
      },
      flaws: [],
    });
    expect(heard).toEqual([]);
  });

  test.each<[what: string, chain: readonly string[], flaws: readonly string[]]>([
    ["a wildcard", ["wild", "between"], []],
    ["an RSA key of 2048 bits", ["large", "between"], []],
    ["one that has expired", ["expired", "between"], ["expired"]],
    ["one that is not valid yet", ["early", "between"], ["not yet valid"]],
    ["one that signed itself", ["self"], ["self-signed"]],
    ["one without what is between it and its root", ["good"], ["incomplete"]],
    ["one below an authority that has expired", ["stale", "stale between"], ["chain expired"]],
    ["a short key", ["small", "between"], ["weak key"]],
  ])("%s: %j has %j", async (_, chain, flaws) => {
    const answer = await probed({ port: await serving(chain) });
    expect(answer).toMatchObject({ kind: "served", flaws });
  });

  test("a certificate for another name is a wrong one, and the name asked for decides", async () => {
    const port = await serving(["good", "between"]);
    const asked = (name: string) => probed({ port, name });
    expect(await asked("shop.example.org")).toMatchObject({ flaws: ["wrong name"] });
    expect(await probed({ port, host: "lb.example.net", name: host })).toMatchObject({ flaws: [] });
    expect(await probed({ port, host: "127.0.0.1" })).toMatchObject({ flaws: ["wrong name"] });
  });

  test("an authority that nobody knows is not trusted", async () => {
    const port = await serving(["good", "between", "root"]);
    const probe = createProbe(here);
    expect(await probe({ host, port }, { now })).toMatchObject({ flaws: ["untrusted"] });
    expect(await probed({ port })).toMatchObject({ flaws: [] });
  });

  test("an old protocol is named", async () => {
    const port = await serving(["large", "between"], {
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1.1",
    });
    expect(await probed({ port })).toMatchObject({
      certificate: { protocol: "TLSv1.1" },
      flaws: ["old protocol"],
    });
  });
});

describe("what is not seen is unknown, and never fine", () => {
  test("nothing listens", async () => {
    const server = createPlain();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await probed({ port })).toEqual({
      kind: "unknown",
      why: "nothing listens there (ECONNREFUSED)",
    });
  });

  test.each<[what: string, answer: string | undefined, why: RegExp]>([
    ["speaks something else", "220 mail.example.com ESMTP\r\n", /it speaks no TLS there/],
    ["hangs up", undefined, /closed the connection/],
    // An alert as RFC 8446 has it: fatal, unrecognized_name or handshake_failure.
    ["knows no such name", "\x15\x03\x03\x00\x02\x02\x70", /it has no certificate for that name/],
    ["refuses the name", "\x15\x03\x03\x00\x02\x02\x28", /it refused the handshake/],
  ])("the server %s", async (_, answer, why) => {
    const port = await listening(
      createPlain((socket) => {
        socket.on("error", () => {});
        if (answer === undefined) socket.destroy();
        else socket.write(Buffer.from(answer, "latin1"));
      }),
    );
    expect(await probed({ port })).toEqual({ kind: "unknown", why: expect.stringMatching(why) });
  });

  test("a server that never answers is left", async () => {
    const sockets: { destroy(): void }[] = [];
    const port = await listening(createPlain((socket) => void sockets.push(socket)));
    expect(await probed({ port }, { ...here, timeout: seconds(0.2) })).toEqual({
      kind: "unknown",
      why: "it did not answer within 0.2 seconds",
    });
    for (const socket of sockets) socket.destroy();
  });

  test("a name without an address, and one that cannot be resolved", async () => {
    const empty: ProbeOptions = { resolve: async () => [] };
    expect(await probed({ port: 443 }, empty)).toMatchObject({
      why: "its host name has no address",
    });
    const resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
    expect(await probed({ port: 443 }, { resolve })).toMatchObject({
      why: "its host name could not be resolved (ENOTFOUND)",
    });
  });
});

describe("where a name may lead", () => {
  test.each([
    ["127.0.0.1"],
    ["10.0.0.7"],
    ["169.254.169.254"],
    ["fd00:ec2::254"],
    ["::ffff:10.0.0.1"],
  ])("nobody connects to %s, among public addresses neither", async (address) => {
    const port = await serving(["good", "between"]);
    const resolve = async () => ["93.184.215.14", address];
    expect(await probed({ port }, { resolve })).toEqual({
      kind: "unknown",
      why: "its address is not in the public Internet, where alone is probed",
    });
    expect(await probed({ port, host: address }, {})).toMatchObject({ kind: "unknown" });
  });

  test("a name that changes what it answers leads to what was checked", async () => {
    const answers = [["127.0.0.1"], ["10.0.0.7"]];
    const port = await serving(["good", "between"]);
    const resolve = async () => answers.shift() ?? [];
    expect(await probed({ port }, { loopback: true, resolve })).toMatchObject({ kind: "served" });
    expect(answers).toEqual([["10.0.0.7"]]);
  });
});

test.each([
  ["0A:BC:01", "ABC01"],
  ["abc01", "ABC01"],
  ["000", ""],
])("the serial number %s is %s", (written, serial) => expect(serialOf(written)).toBe(serial));

test.each([
  ["münchen.example", "xn--mnchen-3ya.example"],
  ["WWW.Example.com", "www.example.com"],
  ["::1", "::1"],
  ["a b", ""],
])("the host %s is asked for as %j", (written, name) =>
  expect(askedName({ host: written, port: 443 })).toBe(name),
);

test.each([
  ["sha1WithRSAEncryption", true],
  ["ecdsa-with-SHA1", true],
  ["md5WithRSAEncryption", true],
  ["sha256WithRSAEncryption", false],
  ["ecdsa-with-SHA384", false],
  ["ED25519", false],
  [undefined, false],
])("a signature by %s is weak: %s", (algorithm, weak) => expect(isWeakHash(algorithm)).toBe(weak));
