/** The verbs that make and look after a project: the folder with the settings and the own units. */
import type { Command } from "commander";
import type { Io } from "./io/io.ts";

type Carry = (verb: (io: Io) => Promise<number>) => Promise<void>;

/** @param top the command that they stand under; they read no deployment, so they share no options */
export function projectVerbs(top: Command, carry: Carry): void {
  const json = "one JSON document on stdout";
  const commands = () => import("./commands/project.ts");

  top
    .command("init [folder]")
    .description("makes a repository for your own settings and units; overwrites nothing")
    .option("--from <source>", "what npm is to install Nightshift from; whence this one came")
    .option("--json", json)
    .action((folder, options) =>
      carry(async (io) => (await import("./commands/init.ts")).init(folder, options, io)),
    );
  top
    .command("setup")
    .description("installs the embedded AWS into .venv/; takes a moment when it is there")
    .action(() => carry(async () => (await commands()).setUp()));
  top
    .command("start")
    .description("a night of your own units on the embedded AWS, which their fixtures fill")
    .option("--once", "ends by itself, also on a terminal")
    .action((options) =>
      carry(async (io) => (await import("./commands/start.ts")).startNight(options, io)),
    );
  top
    .command("bundle")
    .description("parses the settings and bundles what they deploy, into dist/")
    .action(() => carry(async (io) => (await commands()).bundleProject(io)));
  top
    .command("generate")
    .description("writes functions/registry.ts, the list of your own units")
    .action(() => carry(async (io) => (await commands()).generate(io)));
  top
    .command("docs")
    .description("a page for each of your own units, into docs/units/")
    .action(() => carry(async (io) => (await import("./commands/docs.ts")).docsCommand(io)));
  top
    .command("schema")
    .description("the JSON Schema of the settings, with the config of every unit")
    .action(() => carry(async (io) => (await commands()).schema(io)));
  top
    .command("completion <shell>")
    .description("a script that completes verbs and units, for bash, zsh or fish")
    .action((shell) =>
      carry(async (io) => (await import("./commands/completion.ts")).completion(shell, top, io)),
    );
  configVerbs(top.command("config").description("looks at the settings"), carry);
}

function configVerbs(group: Command, carry: Carry): void {
  const commands = () => import("./commands/config.ts");
  group
    .command("check")
    .description("whether the settings are right, with every unit's config")
    .option("--settings <file>", "another settings file")
    .option("--json", "one JSON document on stdout")
    .action((options) => carry(async (io) => (await commands()).configCheck(options, io)));
  group
    .command("show")
    .description("the settings as they hold, with every default filled in, as JSON")
    .option("--settings <file>", "another settings file")
    .action((options) => carry(async (io) => (await commands()).configShow(options, io)));
}
