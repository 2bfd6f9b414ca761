import { execFileSync } from "node:child_process";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { isPublic } from "../sdk/public-address.ts";
import { seconds } from "../sdk/time.ts";
import { type Fake, startFake } from "./fake-server.ts";
import { type Destination, type OutsideOptions, outside } from "./outside.ts";
import { Undelivered } from "./undelivered.ts";

const publicOne = "93.184.215.14";
const other = "2606:2800:21f:cb07:6820:80da:af6b:8b2c";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function server(): Promise<Fake> {
  const fake = await startFake(() => ({ status: 202, body: "taken" }), { status: 410 });
  stops.push(fake.stop);
  return fake;
}

/** What the connection would be opened to; the bytes go to a server of the test instead. */
function dialling(to: Fake) {
  const dialled: {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    readonly addresses: readonly string[];
  }[] = [];
  const { port } = new URL(to.url);
  const open = ({ host, port: wanted, secure, lookup }: Destination): Socket => {
    lookup(host, { all: true }, (_, answered) => {
      const addresses = (answered as { address: string }[]).map(({ address }) => address);
      dialled.push({ host, port: wanted, secure, addresses });
    });
    return connect(Number(port), "127.0.0.1");
  };
  return { dialled, open };
}

const answering =
  (...answers: readonly string[]) =>
  async () =>
    answers;
const refusal = async (url: string, options: OutsideOptions): Promise<Undelivered> => {
  const error = await outside(options)
    .post(url, "{}")
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof Undelivered)) throw new Error(`it was not refused: ${String(error)}`);
  return error;
};
const neverDial = () => {
  throw new Error("a connection was opened");
};

describe("where a host name may lead", () => {
  test.each([
    ["127.0.0.1", "this machine"],
    ["127.8.9.1", "this machine"],
    ["0.0.0.0", "this machine"],
    ["10.1.2.3", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "behind a carrier"],
    ["169.254.169.254", "an instance's metadata"],
    ["169.254.170.2", "a container's credentials"],
    ["192.0.0.192", "a cloud's metadata"],
    ["198.18.0.1", "benchmarks"],
    ["224.0.0.1", "many"],
    ["255.255.255.255", "everybody"],
    ["::1", "this machine"],
    ["::", "this machine"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["2606:2800:21f::1%eth0", "bound to an interface"],
    ["fd00:ec2::254", "an instance's metadata"],
    ["fc00::1", "private"],
    ["ff02::1", "many"],
    ["::ffff:10.0.0.1", "private, mapped"],
    ["::ffff:a9fe:a9fe", "metadata, mapped"],
    ["64:ff9b::a9fe:a9fe", "metadata, translated"],
    ["2002:a9fe:a9fe::1", "metadata, by 6to4"],
    ["2001:0:a9fe:a9fe::1", "by Teredo"],
    ["2001:db8::1", "documentation"],
    ["metadata", "no address at all"],
  ])("%s (%s) is not reached", async (address) => {
    const error = await refusal("https://hooks.example.com/x", {
      resolve: answering(address),
      connect: neverDial,
    });
    expect(error).toMatchObject({
      again: false,
      message: expect.stringContaining("not in the public Internet"),
    });
  });

  test.each([publicOne, other, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:4001:829::200e"])(
    "%s is reached",
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  test("one private address among public ones closes the way", async () => {
    const error = await refusal("https://hooks.example.com/x", {
      resolve: answering(publicOne, "10.0.0.7"),
      connect: neverDial,
    });
    expect(error.again).toBe(false);
  });

  test("whatever IPv4 address is wrapped into IPv6, the wrapping does not make it public", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom("::ffff:", "::", "64:ff9b::"), (address, wrapping) => {
        expect(isPublic(`${wrapping}${address}`)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("in our own words an address is what the URL says, however it is written", async () => {
    for (const host of [
      "2130706433",
      "0x7f.1",
      "127.1",
      "[::1]",
      "[::ffff:169.254.169.254]",
      "0251.0376.0251.0376",
      "localhost",
    ])
      expect(
        await refusal(`https://${host}/x`, { resolve: answering("127.0.0.1"), connect: neverDial }),
        host,
      ).toMatchObject({ again: false });
  });
});

describe("a name that changes what it answers", () => {
  test("is resolved once, and the connection goes to what was checked", async () => {
    const fake = await server();
    const { dialled, open } = dialling(fake);
    const answers = [publicOne, "169.254.169.254", "127.0.0.1"];
    let asked = 0;
    const way = outside({ resolve: async () => [answers[asked++] ?? ""], connect: open });
    expect(await way.post("https://rebind.example.com:8443/x?y=1", "{}")).toMatchObject({
      status: 202,
      body: "taken",
    });
    expect(asked).toBe(1);
    expect(dialled).toEqual([
      { host: "rebind.example.com", port: 8443, secure: true, addresses: [publicOne] },
    ]);
  });

  test("is refused as soon as it answers something private", async () => {
    const fake = await server();
    const { dialled, open } = dialling(fake);
    const answers = [publicOne, "169.254.169.254"];
    const way = outside({ resolve: async () => [answers.shift() ?? ""], connect: open });
    await way.post("https://rebind.example.com/x", "{}");
    await expect(way.post("https://rebind.example.com/x", "{}")).rejects.toThrow(
      "not in the public Internet",
    );
    expect(dialled).toHaveLength(1);
  });
});

describe("what is not sent at all", () => {
  test.each([
    ["http://hooks.example.com/x", "no https URL"],
    ["ftp://hooks.example.com/x", "no https URL"],
    ["file:///etc/passwd", "no https URL"],
    ["hooks.example.com/x", "no https URL"],
    ["", "no https URL"],
    ["https://me:pass@hooks.example.com/x", "password"],
  ])("to %s", async (url, why) => {
    const error = await refusal(url, { resolve: answering(publicOne), connect: neverDial });
    expect(error.message).toContain(why);
    expect(error.again).toBe(false);
  });

  test.each(["http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "http://localhost:9/x"])(
    "%s, unless the deployment is the embedded one",
    async (url) => {
      expect((await refusal(url, { connect: neverDial })).again).toBe(false);
    },
  );

  test("http to anything else, also from the embedded deployment", async () => {
    for (const address of [publicOne, "10.0.0.1", "169.254.169.254"])
      expect(
        (
          await refusal("http://hooks.example.com/x", {
            loopback: true,
            resolve: answering(address),
            connect: neverDial,
          })
        ).again,
      ).toBe(false);
  });
});

describe("what goes wrong on the way", () => {
  test("a name that cannot be resolved is tried again", async () => {
    const away = async () =>
      Promise.reject(
        Object.assign(new Error("queryA ENOTFOUND hooks.example.com"), { code: "ENOTFOUND" }),
      );
    expect(await refusal("https://hooks.example.com/x", { resolve: away })).toMatchObject({
      again: true,
      message: "its host name could not be resolved (ENOTFOUND)",
    });
    expect(await refusal("https://hooks.example.com/x", { resolve: answering() })).toMatchObject({
      again: true,
    });
  });

  test("a resolver that never answers is not waited for", async () => {
    expect(
      await refusal("https://hooks.example.com/x", {
        resolve: () => new Promise(() => {}),
        timeout: seconds(0.05),
      }),
    ).toMatchObject({
      again: true,
      message: expect.stringContaining("did not answer"),
    });
  });

  test.each(["silent", "reset"] as const)("%s: tried again", async (how) => {
    const fake = await server();
    fake.fail(how);
    expect((await refusal(fake.url, { loopback: true, timeout: seconds(0.1) })).again).toBe(true);
  });

  test("a port where nobody listens is tried again", async () => {
    const fake = await server();
    await fake.stop();
    expect(await refusal(fake.url, { loopback: true })).toMatchObject({
      again: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("a redirect is an answer, and nobody goes where it leads", async () => {
    const fake = await server();
    fake.fail("moved");
    expect(await outside({ loopback: true }).post(fake.url, "{}")).toMatchObject({ status: 302 });
    expect(fake.asked()).toBe(1);
  });

  test("of an answer without end a little is read", async () => {
    const fake = await server();
    fake.fail("huge");
    const { status, body } = await outside({ loopback: true }).post(fake.url, "{}");
    expect(status).toBe(202);
    expect(body).toHaveLength(16 * 1024);
    // What the sockets' buffers hold is on its way already.
    expect(fake.poured()).toBeLessThan(800);
  });

  test("an answer that drips and never ends counts by its status, and is not waited for", async () => {
    const fake = await server();
    fake.fail("dripping");
    expect(
      await outside({ loopback: true, timeout: seconds(1) }).post(fake.url, "{}"),
    ).toMatchObject({ status: 202, body: "o" });
  });

  test("a server that cannot prove its name is told nothing, and another try is of no use", async () => {
    const made = [
      "import datetime as d",
      "from cryptography import x509",
      "from cryptography.hazmat.primitives import hashes, serialization as s",
      "from cryptography.hazmat.primitives.asymmetric import ec",
      "k=ec.generate_private_key(ec.SECP256R1()); n=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME,'localhost')])",
      "b=x509.CertificateBuilder().subject_name(n).issuer_name(n).public_key(k.public_key()).serial_number(1)",
      "b=b.not_valid_before(d.datetime(2020,1,1)).not_valid_after(d.datetime(2099,1,1)).add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]),False)",
      "print(k.private_bytes(s.Encoding.PEM,s.PrivateFormat.PKCS8,s.NoEncryption()).decode()+b.sign(k,hashes.SHA256()).public_bytes(s.Encoding.PEM).decode())",
    ].join("\n");
    const pem = execFileSync(join(import.meta.dirname, "../.venv/bin/python"), [
      "-c",
      made,
    ]).toString();
    const heard: string[] = [];
    const names: string[] = [];
    const secure = createServer(
      { key: pem, cert: pem, SNICallback: (name, done) => done(null, void names.push(name)) },
      (socket) => {
        socket.on("data", (data) => heard.push(data.toString())).on("error", () => {});
      },
    );
    secure.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    stops.push(async () => void secure.close());
    const error = await refusal(
      `https://hooks.example.com:${(secure.address() as AddressInfo).port}/x`,
      { loopback: true, resolve: answering("127.0.0.1") },
    );
    expect(error).toMatchObject({ again: false, message: expect.stringContaining("certificate") });
    expect(names).toEqual(["hooks.example.com"]);
    expect(heard).toEqual([]);
  });

  test("no error names the address: it may be the secret", async () => {
    const fake = await server();
    fake.fail("reset");
    const url = `${fake.url}/services/verysecretpath?sig=verysecretquery`;
    const errors = [
      await refusal(url, { loopback: true }),
      await refusal(url, {}),
      await refusal("https://verysecrethost.example.com/verysecretpath", {
        resolve: answering("10.0.0.1"),
      }),
      await refusal("https://verysecrethost.example.com/x", {
        resolve: async () =>
          Promise.reject(
            Object.assign(new Error("getaddrinfo ENOTFOUND verysecrethost.example.com"), {
              code: "ENOTFOUND",
            }),
          ),
      }),
      await refusal("verysecret", {}),
    ];
    for (const { message, stack, cause } of errors)
      expect(`${message}${stack}${String(cause)}`).not.toContain("verysecret");
  });
});
