/** Certificates for tests, made by the library that the embedded AWS comes with. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../cli/io/paths.ts";

/** How a certificate is to be. Its subject is what others name it by. */
export interface WantedCertificate {
  readonly subject: string;
  /** Who signs it, of those before it; itself where absent. */
  readonly by?: string;
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
  readonly key?: "RSA 1024" | "RSA 2048" | "EC 192" | "EC 256" | "EC 384";
  readonly ca?: boolean;
  /** Hexadecimal digits. */
  readonly serial?: string;
}

export interface MadeCertificate {
  readonly key: string;
  readonly cert: string;
}

/** As Python reads it. */
const written = (at: Date): string => at.toISOString().slice(0, 19);

/** By subject. */
export function certificatesFor(
  wanted: readonly WantedCertificate[],
): Readonly<Record<string, MadeCertificate>> {
  const input = wanted.map(({ from, to, ...more }, at) => ({
    names: [],
    key: "EC 256",
    ca: false,
    serial: `a${at}`,
    ...more,
    from: written(from ?? new Date("2020-01-01")),
    to: written(to ?? new Date("2099-01-01")),
  }));
  const python = join(projectRoot, ".venv", "bin", "python");
  const made = execFileSync(python, [join(import.meta.dirname, "certificates.py")], {
    input: JSON.stringify(input),
  });
  return JSON.parse(made.toString()) as Record<string, MadeCertificate>;
}
