import { describe, expect, test } from "vitest";
import { after, before, days } from "../../../sdk/time.ts";
import { shopCertificate } from "../../../testing/memory/certificates.ts";
import { type Expiring, expiryUrgency } from "../expires.ts";
import unit, { type ExpiryFinding } from "./index.ts";
import { endOfDomain, endOfKey, keysIn } from "./read.ts";
import { certificatesIn, endOfProvider } from "./saml.ts";
import { signInProviders } from "./sign-in.ts";
import { signingEnds } from "./signing-keys.ts";

const now = new Date("2026-11-21T06:30:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const config = unit.config.parse({});
const thing = (more: Partial<Expiring> = {}): Expiring => ({
  name: "k1",
  what: "KMS key",
  where: "KMS eu-west-1",
  expires: after(now, days(3)),
  remedy: "keep it",
  ...more,
});
const tell = (...found: ExpiryFinding[]) => unit.tell(found, { ...here, config });

describe("how urgent something is", () => {
  test.each<[left: number, renews: true | undefined, severity: string]>([
    [31, undefined, "info"],
    [29, undefined, "warning"],
    [6, undefined, "critical"],
    [-1, undefined, "critical"],
    [6, true, "info"],
    [-1, true, "critical"],
  ])("%d days before its end, renewing itself: %s, is %s", (left, renews, severity) => {
    const ends = thing({ expires: after(now, days(left)), ...(renews && { renews }) });
    expect(expiryUrgency(ends, now, config)).toBe(severity);
  });
});

describe("what is told", () => {
  test("worst first, with who uses it and what helps", () => {
    const later = thing({ name: "k2", expires: after(now, days(20)), usedBy: [] });
    const message = tell(later, thing({ usedBy: ["a", "b", "c"], arn: "arn:k1" }));
    expect(message).toMatchObject({
      title:
        "2 of 2 things that expire need somebody: KMS key k1 (KMS eu-west-1) ends in 3 days: keep it",
      severity: "critical",
      affected: ["arn:k1"],
      facts: { "KMS key k1": "ends in 3 days; used by a, b and 1 more; keep it" },
    });
    expect(message?.table?.rows.map((row) => row[1])).toEqual(["k1", "k2"]);
  });
  test("nothing, where nothing expires", () => expect(tell()).toBeUndefined());
  test("that not all was looked at, also where nothing is known to expire", () => {
    expect(tell({ where: "KMS eu-west-2", why: "denied" })).toMatchObject({
      severity: "warning",
      title: "0 things that expire, none of which needs anybody; not all could be looked at",
      facts: { "Not looked at": "KMS eu-west-2: denied" },
    });
  });
  test("of twenty thousand, the first hundred, and how many more", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => thing({ name: `k${at}` }));
    const { table, facts } = tell(...many) ?? {};
    expect(table?.rows.length).toBe(100);
    expect(facts?.["Not in the table"]).toBe("19900 things of less urgency");
  });
});

describe("a key", () => {
  const key = { KeyId: "k1", Arn: "arn:k1", CreationDate: before(now, days(100)) };
  test("that is to be deleted ends then, and how to keep it is said", () => {
    const DeletionDate = after(now, days(7));
    expect(endOfKey({ ...key, KeyState: "PendingDeletion", DeletionDate }, "KMS x")).toMatchObject({
      what: "KMS key",
      expires: DeletionDate,
      remedy: expect.stringContaining("aws kms cancel-key-deletion --key-id k1"),
    });
  });
  test("with imported material ends with that", () => {
    const ValidTo = after(now, days(9));
    expect(endOfKey({ ...key, Origin: "EXTERNAL", ValidTo }, "KMS x")).toMatchObject({
      what: "imported key material of KMS key",
      expires: ValidTo,
    });
  });
  test.each([
    ["one that stays", { KeyState: "Enabled" as const }],
    ["imported for good", { Origin: "EXTERNAL" as const }],
    [
      "AWS's own",
      { KeyManager: "AWS" as const, KeyState: "PendingDeletion" as const, DeletionDate: now },
    ],
  ])("%s does not end", (_, more) =>
    expect(endOfKey({ ...key, ...more }, "KMS x")).toBeUndefined(),
  );
  test("whose policy keeps everybody out is named, and the others go on", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const read = (call: {
      readonly operation: string;
      readonly input: { readonly KeyId?: string };
    }) => {
      if (call.operation === "kms:DescribeKey")
        return call.input.KeyId === "k1"
          ? Promise.reject(denied)
          : Promise.resolve({
              KeyMetadata: { ...key, KeyId: "k2", KeyState: "PendingDeletion", DeletionDate: now },
            });
      return (async function* () {
        if (call.operation === "kms:ListKeys") yield* [{ KeyId: "k1" }, { KeyId: "k2" }];
        else yield { GranteePrincipal: "role" };
      })();
    };
    const found = await Array.fromAsync(keysIn(read as never, "eu-west-1"));
    expect(found).toEqual([
      { where: "KMS eu-west-1 key k1", why: "AccessDeniedException: no" },
      expect.objectContaining({ name: "k2", usedBy: ["role"] }),
    ]);
  });
});

describe("an identity provider", () => {
  const body = shopCertificate.split("\n").slice(1, -1).join("\n");
  const metadata = `<md:X><ds:X509Certificate>\n${body}\n</ds:X509Certificate><ds:X509Certificate>bm9uZQ==</ds:X509Certificate></md:X>`;
  test("ends with the last of its certificates, or with what IAM says, whatever is sooner", () => {
    expect(certificatesIn(metadata).length).toBe(1);
    const ends = (until?: Date) =>
      endOfProvider({ name: "office", where: "IAM", metadata, until })?.expires.getUTCFullYear();
    expect([ends(), ends(after(now, days(5)))]).toEqual([2199, 2026]);
  });
  test.each([
    ["with ends of lines as Windows writes them", body.replaceAll("\n", "&#13;\n"), ""],
    ["with hexadecimal ones", body.replaceAll("\n", "&#xD;\n"), ""],
    ["with a name space of its own", body, ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'],
  ])("is read %s", (_, text, attribute) =>
    expect(
      certificatesIn(`<ds:X509Certificate${attribute}>${text}</ds:X509Certificate>`),
    ).toHaveLength(1),
  );
  test.each([
    ["encryption", 0],
    ["signing", 1],
  ])("a key for %s counts %d", (use, counted) => {
    const key = `<md:KeyDescriptor use="${use}"><ds:X509Certificate>${body}</ds:X509Certificate></md:KeyDescriptor>`;
    const end = "<md:SingleSignOnService/>";
    expect(certificatesIn(`<md:IDPSSODescriptor>${key}${end}`)).toHaveLength(counted);
    const other = `<md:KeyDescriptor><ds:X509Certificate>${body}</ds:X509Certificate>`;
    expect(certificatesIn(`${key}${other}`)).toHaveLength(counted + 1);
  });
  test("of which nothing is known does not end", () =>
    expect(endOfProvider({ name: "x", where: "IAM", metadata: "https://idp" })).toBeUndefined());
});

describe("an identity provider of a user pool", () => {
  const body = shopCertificate.split("\n").slice(1, -1).join("\n");
  const metadata = `<md:X><ds:X509Certificate>${body}</ds:X509Certificate></md:X>`;
  const providers: Readonly<Record<string, object>> = {
    uploaded: { ProviderDetails: { MetadataFile: metadata } },
    odd: { ProviderDetails: { MetadataFile: "<md:X/>" } },
    // Cognito fetches the next one by itself.
    fetched: { ProviderDetails: { MetadataURL: "https://idp.example.com/metadata" } },
  };
  type Asked = { readonly operation: string; readonly input: Readonly<Record<string, string>> };
  const reading = (failing: string, error: Error) => (call: Asked) => {
    if (call.operation === "cognito-idp:DescribeIdentityProvider")
      return Promise.resolve({ IdentityProvider: providers[call.input.ProviderName ?? ""] });
    return (async function* () {
      if (call.operation === "cognito-idp:ListUserPools") {
        yield* [
          { Id: "p0", Name: "gone" },
          { Id: "p1", Name: "customers" },
        ];
        return;
      }
      if (call.input.UserPoolId === failing) throw error;
      yield* ["uploaded", "odd", "fetched", "deleted"].map((ProviderName) => ({
        ...{ ProviderName, ProviderType: "SAML" },
      }));
      yield { ProviderName: "Google", ProviderType: "Google" };
    })();
  };
  const named = (name: string) => Object.assign(new Error("no"), { name });
  const found = (error: Error) =>
    Array.fromAsync(signInProviders(reading("p0", error) as never, "eu-west-1"));

  test("ends with its uploaded metadata; of a pool that is gone there is none", async () => {
    expect(await found(named("ResourceNotFoundException"))).toEqual([
      expect.objectContaining({
        name: "uploaded of customers",
        what: "SAML provider",
        where: "Cognito eu-west-1",
      }),
      {
        where: "Cognito eu-west-1 odd of customers",
        why: "its metadata has no certificate that can be read",
      },
    ]);
  });
  test.each(["AccessDeniedException", "TooManyRequestsException"])(
    "is not left out for %s",
    (name) => expect(found(named(name))).rejects.toThrow("no"),
  );
});

describe("a key of CloudFront", () => {
  const key = (Id: string, age: number) => ({
    ...{ Id, Name: Id, CreatedTime: before(now, days(age)), EncodedKey: "" },
  });
  const group = (Id: string, Items: string[]) => ({
    ...{ Id, LastModifiedTime: now, KeyGroupConfig: { Name: Id, Items } },
  });
  const trusts = (Id: string, ...Items: string[]) => ({
    Id,
    DefaultCacheBehavior: { TargetOriginId: "o", ViewerProtocolPolicy: "https-only" },
    CacheBehaviors: {
      Quantity: 1,
      Items: [
        {
          ...{ PathPattern: "/paid/*", TargetOriginId: "o", ViewerProtocolPolicy: "https-only" },
          TrustedKeyGroups: { Enabled: true, Quantity: Items.length, Items },
        },
      ],
    },
  });
  const seen = {
    groups: [group("paid", ["old", "new"]), group("left", ["other"])],
    keys: [key("old", 400), key("new", 10), key("other", 900)],
    distributions: [trusts("E2", "paid"), trusts("E1", "paid"), { Id: "E3" }] as never,
  };
  const things = [...signingEnds(seen, 365)];

  test("is told when it is old, with the distributions that trust it, and never as critical", () => {
    const message = tell(...things);
    expect(message).toMatchObject({
      title: expect.stringContaining(
        "1 of 2 things that expire needs somebody: CloudFront public key old (old) (CloudFront) is 400 days old: add",
      ),
      severity: "warning",
      facts: {
        "CloudFront public key old (old)": expect.stringContaining(
          "is 400 days old; used by E1, E2; ",
        ),
        "Nothing uses": "CloudFront key group left (left)",
      },
    });
  });
  test("whose age the settings allow is no warning", () =>
    expect(tell(...signingEnds(seen, 500))?.severity).toBe("info"));
  test("of a group that nothing trusts is not told: the group is", () =>
    expect(tell({ unused: "CloudFront key group left (left)" })).toMatchObject({
      severity: "info",
      title: "0 things that expire, none of which needs anybody",
    }));
});

test("a domain that does not renew itself says so", () => {
  const Expiry = after(now, days(5));
  expect(endOfDomain({ DomainName: "example.com", Expiry, AutoRenew: false })).toMatchObject({
    remedy: "it does not renew itself: switch that on, or say that it may go",
  });
  expect(endOfDomain({ DomainName: "example.com", Expiry, AutoRenew: true })?.renews).toBe(true);
});

test("all that is denied fails the report; some of it does not", async () => {
  const readIn = (region: string) =>
    ((call: { readonly operation: string }) => {
      const error = Object.assign(new Error("no"), { name: "AccessDeniedException" });
      if (call.operation === "iam:ListSAMLProviders") return Promise.reject(error);
      return (async function* () {
        if (region !== "eu-west-1" || isAllDenied) throw error;
        yield* [];
      })();
    }) as never;
  let isAllDenied = false;
  const find = () => {
    const search = { ...here, config, only: undefined, regions: ["eu-west-1", "us-east-1"] };
    const remembered = async () => undefined;
    const things = unit.find({ ...search, readIn, read: readIn("eu-west-1"), remembered });
    return Array.fromAsync(things as AsyncIterable<ExpiryFinding>);
  };
  expect((await find()).map((each) => "where" in each && each.where)).toEqual([
    ...["KMS us-east-1", "Cognito us-east-1", "IAM", "domain registrations", "CloudFront"],
  ]);
  isAllDenied = true;
  await expect(find()).rejects.toThrow("no");
});

test.each([{ warnDays: -1 }, { rows: 0 }, { warnDay: 3 }])("config %j is refused", (given) =>
  expect(unit.config.safeParse(given).success).toBe(false),
);
