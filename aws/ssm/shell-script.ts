/** AWS's own document. */
export const shellScript = "AWS-RunShellScript";
/** Its one step, by whose name its output is asked for. */
export const shellScriptStep = "aws:runShellScript";
