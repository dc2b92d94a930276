// Visual Studio Code's own client for debug adapters, of the package @vscode/debugadapter-testsupport, debugs a script.
// Usage: node client.js COMMAND PROGRAM

const assert = require("node:assert");
const { DebugClient } = require("@vscode/debugadapter-testsupport");
const { spawn } = require("node:child_process");

const [command, program] = process.argv.slice(2);

// A client whose adapter it starts itself, and talks to over the standard streams.
function overStreams() {
  const client = new DebugClient(command, "--dap", "lua");
  return client.start().then(() => client);
}

// A client of an adapter that listens at a port.
async function overTcp() {
  const adapter = spawn(command, ["--dap=0"], { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise((resolve) => {
    adapter.stderr.on("data", (text) => resolve(Number(/:(\d+)/.exec(text)[1])));
  });
  const client = new DebugClient("node", "", "lua");
  await client.start(port);
  return client;
}

async function variable(client, frameId, scope, name) {
  const { scopes } = (await client.scopesRequest({ frameId })).body;
  const { variablesReference } = scopes.find((s) => s.name === scope);
  const { variables } = (await client.variablesRequest({ variablesReference })).body;
  return variables.find((v) => v.name === name).value;
}

async function top(client, stopped) {
  const threadId = stopped.body.threadId;
  return (await client.stackTraceRequest({ threadId })).body.stackFrames[0];
}

async function session(client) {
  const output = [];
  client.on("output", (event) => {
    if (event.body.category === "stdout") output.push(event.body.output);
  });
  const ended = client.waitForEvent("terminated");
  // Launches, sets a breakpoint, and waits until it is hit, comparing the place.
  const at = { path: program, line: 4 };
  await client.hitBreakpoint({ program }, at, undefined, at);
  const threads = (await client.threadsRequest()).body.threads;
  assert.strictEqual(threads.length, 1);
  let frame = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0];
  assert.strictEqual(frame.name, "add");
  assert.strictEqual(await variable(client, frame.id, "Locals", "n"), "1");
  assert.strictEqual(await variable(client, frame.id, "Upvalues", "total"), "0");

  let stopped = client.waitForEvent("stopped");
  await client.nextRequest({ threadId: 1 });
  frame = await top(client, await stopped);
  assert.strictEqual(frame.line, 5);
  assert.strictEqual(await variable(client, frame.id, "Locals", "sum"), "1");

  const evaluated = await client.evaluateRequest({ expression: "n + 41", frameId: frame.id });
  assert.strictEqual(evaluated.body.result, "42");
  await client.evaluateRequest({ expression: "sum = 100", frameId: frame.id, context: "repl" });

  stopped = client.waitForEvent("stopped");
  await client.stepOutRequest({ threadId: 1 });
  frame = await top(client, await stopped);
  assert.strictEqual(frame.line, 9);

  await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
  await client.continueRequest({ threadId: 1 });
  await ended;
  assert.strictEqual(output.join(""), "total\t105\n");
  await client.stop();
}

(async () => {
  await session(await overStreams());
  await session(await overTcp());
  console.log("ok");
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
