/**
 * Modules of Node.js in bundles, taken without their list of names: `import` reads every property of
 * one, and some are made when they are read. `node:http` so loads its WebSockets, two thirds of what
 * a small function would load; `node:process` its standard streams.
 */
import { builtinModules, isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

const prefix = "nightshift:builtin:";
const isName = /^(?!default$)[A-Za-z_$][\w$]*$/;

/** @param name of the module, as `node:http` */
function sourceOf(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((each) =>
    isName.test(each),
  );
  // Reading one is taken to have no effect: what nobody asks for is left out.
  return [
    `const module = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
    "export default module;",
    ...names.map((each, at) => `const name${at} = /* @__PURE__ */ (() => module.${each})();`),
    `export { ${names.map((each, at) => `name${at} as ${each}`).join(", ")} };`,
  ].join("\n");
}

/** Said before, so that the bundler asks about these alone. */
const named = new RegExp(`^(?:node:.*|${builtinModules.join("|")})$`);

/** Takes what is imported; what is required stays, since that reads nothing. */
export const builtins: Plugin = {
  name: "builtins",
  resolveId: {
    filter: { id: named },
    handler(id, _importer, { kind }) {
      // The bundler's own runtime needs that one before all else.
      if (id === "node:module" || kind === "require-call" || !isBuiltin(id)) return null;
      return {
        id: `${prefix}${id.startsWith("node:") ? id : `node:${id}`}`,
        moduleSideEffects: false,
      };
    },
  },
  load: {
    filter: { id: /^nightshift:builtin:/ },
    handler: (id) => ({ code: sourceOf(id.slice(prefix.length)), moduleType: "js" }),
  },
};
