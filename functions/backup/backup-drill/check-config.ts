/** Where what was restored is read, by what, and what must be found on it. */
import * as z from "zod/mini";
import { shellScript } from "../../../aws/ssm/shell-script.ts";
import { allOfThem } from "../../../sdk/named.ts";
import { isolatedGroups } from "../isolated-group.ts";

const shortName = z.string().check(z.minLength(1), z.maxLength(255));

/** SSM puts a parameter's value in place of what two braces enclose. */
const wholePath = z.string().check(
  z.maxLength(1024),
  z.regex(
    /^\/[^\p{Cc}]+$/u,
    "must be a path from the top of its file system, like /etc/fstab, without control characters",
  ),
  z.refine((path) => !path.includes("{{"), { error: "must not contain {{, which SSM fills in" }),
);

const file = z.strictObject({
  path: wholePath.check(
    z.describe(
      "From the top of the file system that it is on, not from where that is mounted: `/postgres/PG_VERSION`.",
    ),
  ),
  of: z
    .optional(
      z
        .string()
        .check(z.regex(/^(i|vol)-[0-9a-f]{8,17}$/, "must be the id of an instance or a volume")),
    )
    .check(
      z.describe("The instance or volume whose backups hold it. Without it: those of everything."),
    ),
  sha256: z
    .optional(z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")))
    .check(
      z.describe(
        "What its SHA-256 must be. Without it the file must be there and be read to its end, and its checksum is told.",
      ),
    ),
});

/** What AWS publishes, and the agent of SSM is on it. */
const amazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

export const checkField = z
  .optional(
    z.strictObject({
      subnet: shortName.check(
        z.describe(
          "Tag `Name` of the subnets that the instance may lie in. They need endpoints for ssm, ssmmessages and ec2messages, and nothing else: without them its agent never comes online.",
        ),
      ),
      securityGroups: isolatedGroups(
        "Names of the security groups that the instance has, in the same VPC. None may be open to everyone, inwards or outwards; what it needs is port 443 to the endpoints.",
      ),
      profile: z
        .string()
        .check(
          z.regex(/^[\w+=,.@-]{1,128}$/, "must be the name of an instance profile, not its ARN"),
          z.describe(
            "Name of the instance profile that lets its agent work: AmazonSSMManagedInstanceCore is enough, and more is too much, for what is restored is read there.",
          ),
        ),
      role: z
        .optional(
          z
            .string()
            .check(z.regex(/^[\w+=,.@-]{1,64}$/, "must be the name of a role, not its ARN")),
        )
        .check(
          z.describe("Name of the role in that profile, where it is not the profile's own name."),
        ),
      type: z
        ._default(
          z.string().check(z.regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "must be like t4g.nano")),
          "t4g.nano",
        )
        .check(
          z.describe(
            "What instance. The check of a file system of terabytes takes more memory than the smallest has: a check that dies says so.",
          ),
        ),
      image: z
        ._default(
          z
            .string()
            .check(
              z.regex(
                /^(\/aws\/service\/[\w./-]+|ami-[0-9a-f]{8,17})$/,
                "must be a public parameter, like /aws/service/…, or the id of an image",
              ),
            ),
          amazonLinux,
        )
        .check(
          z.describe(
            "The image that it starts from: a public parameter of AWS, or an image of your own, of one region. It needs the agent of SSM, e2fsck and xfs_repair.",
          ),
        ),
      hourly: z
        .optional(z.number().check(z.gt(0), z.lte(100)))
        .check(
          z.describe(
            "What the instance costs an hour, in US dollars, where AWS's price list of the region was not read.",
          ),
        ),
      minutes: z
        ._default(z.int().check(z.gte(5), z.lte(600)), 60)
        .check(
          z.describe("How long the check may take, in minutes: then it is broken off, and told."),
        ),
      files: z
        ._default(z.array(file).check(z.maxLength(50)), [])
        .check(z.describe("Files that must be on what was restored.")),
    }),
  )
  .check(
    z.describe(
      "Reads what was restored, on an instance that is made for it and terminated again: each file system is checked, and the files named here are read. Without it a drill sees only that EC2 makes whole volumes.",
    ),
  );

export type CheckSettings = NonNullable<z.output<typeof checkField>>;

/** Which role an instance may have, and what may run on it: nothing where the settings ask for no check. */
export function namedForCheck({ check }: { readonly check?: CheckSettings | undefined }) {
  if (!check) return {};
  const role = check.role ?? check.profile;
  return { drill_machine: allOfThem, drill_role: [role], drill_script: [shellScript] };
}
