/**
 * What is taken out and what stays readable. The secrets are made up; each holds `Zq` or stands as
 * `secret`, so that what is left of it can be looked for.
 */
import { describe, expect, test } from "vitest";
import { redact, redactText } from "../redact.ts";

const hidden = "hunter2Zq";
const drawn = (length: number, letters = "a9B8c7D6e5F4g3H2j1K0") =>
  letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
const hex = (length: number) => drawn(length, "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
const json = JSON.stringify;

/** Whatever is told, kept or logged of a value, as one text. */
const left = (value: unknown): string =>
  typeof value === "string" ? redactText(value) : json(redact(value));

/** Of each: the probe, and what must not be left of it. */
const secrets: readonly (readonly [what: string, probe: unknown, secret?: string])[] = [
  // Pairs.
  ["CodeBuild's environment", { name: "DB_PASSWORD", type: "PLAINTEXT", value: hidden }],
  [
    "a list of pairs",
    [
      { name: "HOME", value: "/root" },
      { name: "API_TOKEN", value: hidden },
    ],
  ],
  ["Key and Value", { Key: "db-password", Value: hidden }],
  ["CloudFormation's parameters", { ParameterKey: "DbPassword", ParameterValue: hidden }],
  ["parameters in small letters", { parameterKey: "masterUserPassword", parameterValue: hidden }],
  ["a pair whose value comes first", { value: hidden, name: "CLIENT_SECRET" }],
  ["a pair with an object for a value", { name: "TOKEN", value: { stringValue: hidden } }],
  ["a parameter by its path", { Name: "/prod/db/password", Type: "String", Value: hidden }],
  ["a SecureString under any name", { Name: "/prod/db", Type: "SecureString", Value: hidden }],
  ["a header of a list", { key: "Authorization", value: `Basic ${hidden}` }],
  ["a pair as a list of two", ["DB_PASSWORD", hidden]],
  ["raw headers", ["Host", "x", "Authorization", `Bearer ${hidden}`, "Accept", "*/*"]],
  [
    "a secret of Kubernetes",
    { kind: "Secret", data: { anything: "aHVudGVyMlpx" } },
    "aHVudGVyMlpx",
  ],
  ["a command's words", ["mysql", "-u", "root", "--password", hidden]],
  ["a command's words, shortly", ["docker", "login", "-u", "ann", "-p", hidden]],
  ["DynamoDB's own shape", { db_password: { S: hidden } }],
  ["a pair in YAML", `env:\n  - name: DB_PASSWORD\n    value: ${hidden}\n`],
  ["a pair in the CLI's shorthand", `Name=DB_PASSWORD,Value=${hidden},Type=PLAINTEXT`],
  ["a pair whose value comes first, in a text", `{ value: '${hidden}', name: 'DB_PASSWORD', `],
  ["a pair in a text that is cut", `payload {"name":"DB_PASSWORD","value":"${hidden}","ty`],
  ["a pair as Node shows it", `{ name: 'DB_PASSWORD', type: 'PLAINTEXT', value: '${hidden}' }`],
  ["a pair in XML", `<Key>DB_PASSWORD</Key><Value>${hidden}</Value>`],
  ["a filter with its values", { Name: "password", Values: [hidden] }],
  ["a header by its name", { headerName: "Authorization", headerValue: `Basic ${hidden}` }],
  ["quotes as escapes", `\\u0022password\\u0022:\\u0022${hidden}\\u0022`],
  ["a Dockerfile", `ENV DB_PASSWORD ${hidden}`],
  ["SQL of MySQL", `CREATE USER 'ann'@'%' IDENTIFIED BY '${hidden}'`],
  ["words of a phrase", `passphrase: correct horse ${hidden}`],
  ["OpenSSL", `openssl rsa -passin pass:${hidden}`],
  ["a routing key", { routing_key: hidden }],
  ["a PIN in a text", `pin=${hidden}`],
  ["npm's settings", `//registry.example/:_authToken=${hidden}`],
  ["a literal of kubectl", `kubectl create secret generic x --from-literal=password=${hidden}`],
  ["a variable of Terraform", `terraform apply -var="db_password=${hidden}"`],
  ["Lambda's environment", { Environment: { Variables: { DB_PASS: hidden } } }],
  ["variables as a list", ["HOME=/root", `DB_PASSWORD=${hidden}`]],
  // JSON within strings.
  ["JSON in a string", { body: json({ password: hidden }) }],
  ["JSON in JSON in a string", { body: json({ body: json({ password: hidden }) }) }],
  ["a string of a string of JSON", { body: json(json({ password: hidden })) }],
  [
    "pairs in JSON in a string",
    { EnvironmentVariables: json([{ name: "PASSWORD", value: hidden }]) },
  ],
  ["JSON in a text", `could not read {"user":"ann","password":"${hidden}"} of the request`],
  ["escaped JSON in a text", `body="{\\"user\\":\\"ann\\",\\"password\\":\\"${hidden}\\"}"`],
  ["doubly escaped JSON", `b="{\\\\\\"password\\\\\\":\\\\\\"${hidden}\\\\\\"}"`],
  ["JSON that is cut", `{"a":1,"password":"${hidden}`],
  ["a password with an escaped quote", `x {"password":"a\\"${hidden}","b":1} y`],
  ["JSON in an address", `https://x.example/?q=%7B%22password%22%3A%22${hidden}%22%7D`],
  ["JSON in HTML", `&quot;password&quot;:&quot;${hidden}&quot;`],
  // Names in texts.
  ["a variable", `export PGPASSWORD=${hidden}`],
  ["a variable in quotes", `DB_PASS="${hidden} with spaces"`, `${hidden} with spaces`],
  ["a variable of PHP", `$password = '${hidden}';`],
  ["a setting of Ruby", `:password => "${hidden}"`],
  ["an element of Python", `os.environ['DB_PASSWORD'] = '${hidden}'`],
  ["a property of Java", `spring.datasource.password=${hidden}`],
  ["YAML", `password: ${hidden}`],
  ["a block of YAML", `password: |\n  ${hidden}\nuser: ann`],
  ["a password with a comma", `DB_PASSWORD=a,${hidden}!`],
  ["a password with a bracket and an ampersand", `pwd=p)&${hidden}`],
  ["an element of XML", `<password>${hidden}</password>`],
  ["an attribute", `<user name="ann" password="${hidden}"/>`],
  ["a .netrc", `machine api.example login ann password ${hidden}`],
  ["SQL", `CREATE USER ann WITH PASSWORD '${hidden}'`],
  ["a sentence", `the password is ${hidden}`],
  ["a cookie", `Cookie: a=1; session=${hidden}`],
  ["a set cookie", `set-cookie: JSESSIONID=${hidden}; Path=/`],
  ["a header with a scheme", `authorization: token ${hidden}`],
  ["a header of its own", `X-Api-Key: ${hidden}`],
  ["a bearer alone", `sent Bearer ${hidden}9`],
  ["a secret key of hex", `"secretAccessKey": "${hex(64)}"`, hex(64)],
  ["camel case", { masterUserPassword: hidden }],
  ["capitals", { DBPASSWORD: hidden }],
  ["a hash of a password", { passwordHash: `$2b$12$${hidden}` }],
  ["a one-time password", { otp: 123456 }, "123456"],
  ["user data", { userData: "IyEvYmluL3NoCmV4cG9ydCBQQVNTPXpx" }, "IyEvYmluL3NoCmV4"],
  // Addresses and connection strings.
  ["an address with a password", `postgres://ann:${hidden}@db.example:5432/x`],
  ["an address without a user", `redis://:${hidden}@cache.example`],
  ["a password with an @", `postgres://ann:p@${hidden}@db.example/x`],
  ["a password with a slash", `amqp://ann:p/${hidden}@mq.example`],
  ["a password with a question mark", `mysql://ann:p?${hidden}@db.example`],
  ["a key for a user", `https://${hex(32)}@o1.ingest.example/2`, hex(32)],
  ["a driver's address", `ann:${hidden}@tcp(db.example:3306)/x`],
  ["JDBC", `jdbc:mysql://db.example/x?user=ann&password=${hidden}&ssl=true`],
  ["SQL Server", `Server=db;User Id=ann;Password=${hidden};Encrypt=True`],
  ["an appsettings file", { ConnectionStrings: { Db: `secret=1&password=${hidden}` } }],
  ["Azure Storage", `AccountName=a;AccountKey=${drawn(44)}==;EndpointSuffix=x`, drawn(44)],
  ["Service Bus", `Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=${hidden}=`],
  ["a signed address", `https://b.s3.amazonaws.com/k?X-Amz-Signature=${hex(64)}`, hex(64)],
  ["a signed address of Azure", `https://x.blob.example/c?sv=1&sig=${hidden}%3D`],
  // Flags.
  ["--password X", `tool --password ${hidden} --verbose`],
  ["--password=X", `tool --password=${hidden}`],
  ["--db-password X", `tool --db-password ${hidden}`],
  ["--master-user-password X", `aws rds create --master-user-password ${hidden}`],
  ["--secret-string X", `aws secretsmanager put --secret-string '${hidden}'`],
  ["-p X", `docker login -u ann -p ${hidden} registry.example`],
  ["-pX", `mysql -uroot -p${hidden} -h db`],
  ["-u X:Y", `curl -u ann:${hidden} https://x.example`],
  ["--user X:Y", `curl --user "ann:${hidden}" https://x.example`],
  ["-a X", `redis-cli -h c -a ${hidden} ping`],
  ["-Password X", `New-User -Password ${hidden}`],
  // Tokens by their looks.
  ["GitHub", `ghp_${drawn(36)}`, drawn(36)],
  ["GitHub, fine-grained", `github_pat_${drawn(82)}`, drawn(82)],
  ["GitLab", `glpat-${drawn(20)}`, drawn(20)],
  ["Slack, a bot", `xoxb-123456789012-123456789012-${drawn(24)}`, drawn(24)],
  ["Slack, an app", `xapp-1-A0123456789-1234567890123-${hex(40)}`, hex(40)],
  [
    "Slack, a webhook",
    `https://hooks.slack.com/services/T00000000/B00000000/${drawn(24)}`,
    drawn(24),
  ],
  [
    "Teams, a webhook",
    `https://a.webhook.office.com/webhookb2/${hex(36)}@x/IncomingWebhook/y`,
    hex(36),
  ],
  ["Stripe", `sk_live_${drawn(24)}`, drawn(24)],
  ["Stripe, a webhook", `whsec_${drawn(32)}`, drawn(32)],
  ["npm", `npm_${drawn(36)}`, drawn(36)],
  ["PyPI", `pypi-AgEIcHlwaS5vcmc${drawn(60)}`, drawn(60)],
  ["Google, an API key", `AIza${drawn(35)}`, drawn(35)],
  ["Google, OAuth", `ya29.${drawn(40)}`, drawn(40)],
  ["Google, a client", `GOCSPX-${drawn(28)}`, drawn(28)],
  ["SendGrid", `SG.${drawn(22)}.${drawn(43)}`, drawn(22)],
  ["Twilio", `SK${hex(32)}`, hex(32)],
  ["Mailgun", `key-${hex(32)}`, hex(32)],
  ["Mailchimp", `${hex(32)}-us12`, hex(32)],
  ["Datadog", `DD_API_KEY=${hex(32)}`, hex(32)],
  ["Azure AD", `abc8Q~${drawn(34)}`, drawn(34)],
  ["DigitalOcean", `dop_v1_${hex(64)}`, hex(64)],
  ["Docker", `dckr_pat_${drawn(27)}`, drawn(27)],
  ["Shopify", `shpat_${hex(32)}`, hex(32)],
  ["Vault", `hvs.${drawn(24)}`, drawn(24)],
  ["Databricks", `dapi${hex(32)}`, hex(32)],
  ["OpenAI", `sk-proj-${drawn(48)}`, drawn(48)],
  ["Anthropic", `sk-ant-api03-${drawn(95)}`, drawn(95)],
  ["Hugging Face", `hf_${drawn(34, "abcdefgh")}`, drawn(34, "abcdefgh")],
  ["Atlassian", `ATATT3${drawn(60)}`, drawn(60)],
  ["New Relic", `NRAK-${drawn(27, "A1B2C3")}`, drawn(27, "A1B2C3")],
  ["Terraform Cloud", `abcdefghijklmn.atlasv1.${drawn(60)}`, drawn(60)],
  ["Telegram", `123456789:AA${drawn(33)}`, drawn(33)],
  ["Linear", `lin_api_${drawn(40)}`, drawn(40)],
  ["PlanetScale", `pscale_tkn_${drawn(43)}`, drawn(43)],
  ["RubyGems", `rubygems_${hex(48)}`, hex(48)],
  ["a JWT", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJa${drawn(20)}.${drawn(43)}`, drawn(20)],
  ["a JWT without a signature", `eyJhbGciOiJub25lIn0.eyJzdWIiOiJa${drawn(20)}.`, drawn(20)],
  ["AWS's secret key", `wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, "K7MDENG"],
  ["age", `AGE-SECRET-KEY-1${drawn(58, "QPZRY9X8GF2TVDW0")}`, "QPZRY9X8"],
  // Keys in armour.
  [
    "RSA",
    `-----BEGIN RSA PRIVATE KEY-----\n${drawn(64)}\n-----END RSA PRIVATE KEY-----`,
    drawn(64),
  ],
  ["OpenSSH", `-----BEGIN OPENSSH PRIVATE KEY-----\n${drawn(30)}\n-----END OPENSSH`, drawn(30)],
  [
    "PGP",
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${drawn(30)}\n-----END PGP PRIVATE KEY BLOCK-----`,
    drawn(30),
  ],
  [
    "a key in a line",
    `"-----BEGIN PRIVATE KEY-----\\n${drawn(30)}\\n-----END PRIVATE KEY-----\\n"`,
    drawn(30),
  ],
  ["PuTTY", `PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n${drawn(30)}`, drawn(30)],
  // Where they are told from.
  ["an error", new Error(`cannot log in with password=${hidden}`)],
  ["an error's cause", new Error("no", { cause: new Error(`token: ${hidden}`) })],
  ["an error's own field", Object.assign(new Error("no"), { config: { password: hidden } })],
  ["errors of errors", new AggregateError([new Error(`pwd=${hidden}`)], "many")],
  ["a name", { [`password=${hidden}`]: 1 }],
];

describe("is taken out", () => {
  test("of at least eighty kinds", () => expect(secrets.length).toBeGreaterThan(80));
  test.each(secrets)("%s", (_, probe, secret = hidden) => {
    expect(left(probe)).not.toContain(secret);
    expect(left(probe)).toContain("[redacted]");
  });

  test.each(secrets.filter(([, probe]) => typeof probe === "string"))(
    "%s, among other lines and in JSON",
    (_, probe, secret = hidden) => {
      expect(left(`before\n${probe}\nafter the end`)).not.toContain(secret);
      expect(left(`before\n${probe}\nafter the end`)).toMatch(/^before/);
      expect(left({ lines: [{ message: `it said: ${probe}` }] })).not.toContain(secret);
    },
  );
});

const readable: readonly (readonly [what: string, text: unknown])[] = [
  ["an id of an access key", "AKIAIOSFODNN7EXAMPLE"],
  ["an id of a session's key", "ASIAIOSFODNN7EXAMPLE was used from 203.0.113.7"],
  ["an id under its name", { accessKeyId: "AKIAIOSFODNN7EXAMPLE", userName: "ann" }],
  ["an id in a variable", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"],
  [
    "an id in a signed address",
    "?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-central-1/s3/aws4_request",
  ],
  ["an id of a role", "AROAEXAMPLEROLEID1234:session"],
  [
    "a role",
    "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
  ],
  ["an assumed role", "arn:aws:sts::123456789012:assumed-role/OnCall/ann@example.com"],
  [
    "a load balancer",
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/50dc6c495c0c9188",
  ],
  [
    "a certificate",
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
  ],
  [
    "a secret's ARN",
    { secretArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-Ab1Cd2" },
  ],
  [
    "a secret by its id",
    { secretId: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-Ab1Cd2" },
  ],
  ["a secret's name", { secretId: "prod/db/password", secretName: "prod/db" }],
  ["a reference to a secret", { password: "{{resolve:secretsmanager:prod/db}}" }],
  ["a reference of ours", { token: "secretsmanager:nightshift/slack#token" }],
  ["a variable that is named", { password: ["$", "{DB_PASSWORD}"].join("") }],
  ["what is masked", { password: "*******", token: "[redacted]" }],
  ["what is unset", "QUESTIONNAIRE_DB_PASSWORD=\nQUESTIONNAIRE_DB_ENABLED=1"],
  ["flags", { hasPassword: true, mfaEnabled: "true", token: null, secret: "" }],
  ["a password's age", { passwordLastUsed: "2026-11-21T02:00:00Z", passwordMinLength: 14 }],
  ["a token's kind", { token_type: "bearer", tokenExpiry: "2026-11-21", token_endpoint: "x" }],
  ["counts of tokens", { maxTokens: 4096, promptTokens: "512" }],
  ["an account", "123456789012"],
  ["a UUID", "61f50cd4-45b9-4259-b049-d0a53682fa4b"],
  ["a commit", "commit 2c5a9f0e1d3b4c6a7e8f90a1b2c3d4e5f6a7b8c9"],
  ["a short commit", "2c5a9f0"],
  ["a digest", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["an MD5", "d41d8cd98f00b204e9800998ecf8427e"],
  [
    "an image",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  ],
  ["an image with a tag", "registry.example/team/web:1.2.3-rc.1"],
  ["a host", "ip-10-0-1-17.eu-central-1.compute.internal"],
  ["a database's host", "db1.cluster-c9akciq32rgl.eu-central-1.rds.amazonaws.com:5432"],
  [
    "an address",
    "https://console.aws.amazon.com/ec2/home?region=eu-central-1#Instances:instanceId=i-0abc",
  ],
  ["an address with a user", "ssh://git@github.com/team/repo.git"],
  ["an address of a package", "https://registry.example/@team/package/-/package-1.2.3.tgz"],
  ["a port", "http://localhost:8080/health"],
  ["an instance", "i-0abcd1234efgh5678"],
  ["a rule", "sgr-0123456789abcdef0 of sg-0123456789abcdef0"],
  ["a file", "/var/log/app/2026-11-21/error.log"],
  ["a log group", "/aws/lambda/orders-service-production-eu-central-1-handler"],
  ["a log stream", "2026/11/21/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
  ["a path to a secret's file", "--password-file /run/secrets/db --verbose"],
  ["a password from standard input", "docker login --password-stdin -u ann"],
  ["a port as a flag", "ssh -p 2222 ann@example.com"],
  ["ports as a flag", "docker run -p 8080:80 web"],
  ["folders that are made", "mkdir -p build/out && cp -p a b"],
  ["a user and a group", "docker run -u 1000:1000 web"],
  [
    "what says that something is wrong",
    "Basic authentication failed: the bearer token has expired",
  ],
  ["a sentence", "The password for the user was rejected, and no secret was found"],
  ["a service", "AWS Secrets Manager could not rotate it"],
  ["an operation", "iam:PassRole on arn:aws:iam::123456789012:role/web"],
  ["a stack's resource", "OrdersStack-OrdersFunctionServiceRoleDefaultPolicy0F1A2B3C-hT9kQ2wZx1Ab"],
  ["a request's id", "RequestId: 61f50cd4-45b9-4259-b049-d0a53682fa4b"],
  ["a trace", "Root=1-5e1b4151-5ac6c58dc39a6b0b5bd5f0a1;Parent=53995c3f42cd8ad8;Sampled=1"],
  ["mail", "ann@example.com"],
  ["a time", "2026-11-21T02:00:00.123Z"],
  [
    "a metric",
    "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/10/19 16:59:00)] was greater than the threshold (50.0)",
  ],
  ["a key of S3", { key: "reports/2026/11/21/orders-20261121.csv", bucket: "orders" }],
  ["a tag", { Key: "team", Value: "payments" }],
  ["a tag about an owner", { key: "secret-owner", value: "ann" }],
  ["a pair of names", { name: "HOME", value: "/root" }],
  ["a certificate in armour", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----"],
  ["a large number in JSON", '{"id":12345678901234567890,"at":1.0}'],
];

describe("stays readable", () => {
  test("of at least forty kinds", () => expect(readable.length).toBeGreaterThan(40));
  test.each(readable)("%s", (_, value) =>
    expect(left(value)).toBe(typeof value === "string" ? value : json(value)),
  );
  test.each(readable.filter(([, value]) => typeof value === "string"))(
    "%s, in a field",
    (_, value) => expect(redact({ text: value })).toEqual({ text: value }),
  );
});
