/** Which names are those of secrets: fields, variables, parameters, flags, headers. */

/** Anywhere in a name, however it is written: `dbPassword`, `DB_PASSWORD`, `x-api-key`. */
const secretNames =
  /passw|passphrase|passcode|pwd|secret|token|credential|cookie|signature|(?:api|app|application|private|access|secret|signing|encryption|account|shared|master|storage|auth|license|ssh|service|routing|integration|consumer|subscription|deploy|client|server|webhook|hmac|jwt|aes)key|privkey|keypass|conn(?:ection)?str|authori[sz]ation|sessionid|sessid|bearer|mnemonic|seedphrase|webhookurl|dockerconfig|userdata|stringdata/;

/** As the last word of a name alone: inside of others they are everyday words. */
const secretLastWords: ReadonlySet<string> = new Set([
  "pass",
  "auth",
  "creds",
  "cred",
  "jwt",
  "otp",
  "sig",
  "dsn",
  "pw",
  "salt",
  "plaintext",
  "pin",
]);

/** Whose last word is one of these says something about a secret, and is none. */
const aboutWords: ReadonlySet<string> = new Set(
  `age algorithm arn arns at audience changed code count created date days description dir
  disabled enabled endpoint expiration expired expires expiry file filename format hint hours
  issuer last length lifetime limit max manager method min minutes mode name names on owner path
  period policy prompt provider ref region required reset rotated rotation rule rules scope scopes
  seconds size source stage stages state status stdin suffix time ttl type types updated uri url
  usage used version versions`.split(/\s+/),
);

const longestName = 100;

/** `DBPassword`, `db_password` and `db.password` are `db` and `password`. */
const wordsOf = (name: string): string[] =>
  name
    .slice(-longestName)
    .split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const idWords: ReadonlySet<string> = new Set(["id", "ids", "identifier"]);

/** What a name says of what it names. */
export type Naming = "secret" | "id" | "other";

/**
 * `secret`: what it names is one. `id`: it names which one it is. The name may be a path, a flag, a
 * header.
 */
export function naming(name: string): Naming {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (secretLastWords.has(last)) return "secret";
  const joined = words.join("").replaceAll("secretsmanager", "");
  if (!secretNames.test(joined)) return "other";
  if (idWords.has(last)) return joined.includes("sessionid") ? "secret" : "id";
  if (joined.endsWith("webhookurl")) return "secret";
  return aboutWords.has(last) ? "other" : "secret";
}

/** Ids of access keys, users and roles: needed in an incident, and no secret. */
const awsId = /^(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AIDA|AROA|AGPA|ANPA|APKA)[A-Z0-9]{12,124}\b/;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Where it is kept, or what was put in its place: as a whole, so that nothing hides behind it. */
const reference =
  /^(?:arn:aws[\w-]{0,20}:[\w:/.+=@,*-]{1,500}|\{\{[\w:/.-]{1,300}\}\}|\$\{[\w:.-]{1,200}\}|\$[A-Z_]{1,100}|(?:secretsmanager:|ssm:\/)[\w/#.+=@-]{1,600}|\[redacted\]|\*{3,50}|[*<]{0,9}(?:redacted|hidden|masked|sensitive)[\w -]{0,60}[*>]{0,9}|HIDDEN_DUE_TO_[A-Z_]{1,60})$/i;

/** Whether a text that stands under the name of a secret is shown all the same. */
export function mayBeShown(named: Naming, name: string, value: string): boolean {
  if (value === "" || /^(?:true|false|null|none|undefined|yes|no)$/i.test(value)) return true;
  if (reference.test(value) || awsId.test(value)) return true;
  if (/tokens$/i.test(name) && /^\d{1,9}$/.test(value)) return true;
  if (named !== "id") return false;
  // Of a secret its name and number are shown; a secret id of Vault is a UUID, and is one itself.
  return /access/i.test(name) ? false : !(/secret/i.test(name) && uuid.test(value));
}

/** The fields by which a pair says what it names: `{ name, value }`, `{ ParameterKey, … }`. */
const keyFields: ReadonlySet<string> = new Set(
  `name key field header variable parameter parameterkey parametername optionname variablename
  env envvar k`.split(/\s+/),
);
export function isKeyField(field: string): boolean {
  const name = squeezed(field);
  return keyFields.has(name) || name.endsWith("name") || name.endsWith("key");
}

const valueFields: ReadonlySet<string> = new Set(["content", "contents", "data", "default", "v"]);
/** The fields that hold what a pair names. */
export function isValueField(field: string): boolean {
  const name = squeezed(field);
  return /(?:value|values|val)$/.test(name) || valueFields.has(name);
}

const squeezed = (field: string): string =>
  field
    .slice(0, longestName)
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
