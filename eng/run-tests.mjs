// Runs every test program of the repository and sums up what they counted.
//   .NET        each tests/*.Tests project, built before, run as the program it is
//   TypeScript  each package under apps/, clients/ and tests/ that has a test script
// A program that crashes, hangs or leaves no readable result counts as one failure. No retries: a flaky test is a bug.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readCtrf, readNodeTest, readVitest } from "./test-results.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const results = path.join(root, "artifacts", "test-results");
const options = parseOptions(process.argv.slice(2));
const minutes = options.long ? 60 : 15; // for one program; far above what any takes, for slow machines
const running = new Set();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    for (const child of running) endGroup(child);
    finish({ passed: 0, failed: 1, skipped: 0 });
  });
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const packages = findPackages();
const total = { passed: 0, failed: 0, skipped: 0 };
for (const folder of packages) {
  add(await installPackage(folder));
}
const programs = [...findTestProjects().map(dotnetProgram), ...packages.filter(hasTests).map(npmProgram)];
await runAll(programs, Math.min(2, availableParallelism()));
if (total.passed + total.failed === 0) {
  console.log("No test ran.");
}
finish(total);

function parseOptions(args) {
  const parsed = { long: false, filter: null };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--long") parsed.long = true;
    else if (args[i] === "--filter") parsed.filter = args[++i];
    else throw new Error(`unknown option ${args[i]}`);
  }
  return parsed;
}

function finish(counts) {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exit(counts.passed > 0 && counts.failed === 0 ? 0 : 1);
}

function add(counts) {
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
}

// ---- what there is

function findTestProjects() {
  return readdirSync(path.join(root, "tests"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(root, "tests", entry.name, `${entry.name}.csproj`)))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".Tests"))
    // Those that publish or pack take longest: they start first.
    .sort((a, b) => Number(publishes(b)) - Number(publishes(a)) || a.localeCompare(b));
}

function publishes(name) {
  return name.includes("Packaging") || name.includes("Aot");
}

function findPackages() {
  const found = [];
  const visit = (folder, depth) => {
    if (!existsSync(folder)) return;
    if (existsSync(path.join(folder, "package-lock.json"))) found.push(folder);
    if (depth === 0) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !["node_modules", "bin", "obj", "dist"].includes(entry.name)) {
        visit(path.join(folder, entry.name), depth - 1);
      }
    }
  };
  for (const top of ["apps", "clients", "tests"]) visit(path.join(root, top), 3);
  return found;
}

function testScript(folder) {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).scripts?.test;
}

function hasTests(folder) {
  return testScript(folder) !== undefined;
}

// ---- how each kind is run

function dotnetProgram(name) {
  const report = path.join(results, `${name}.json`);
  const assembly = path.join(root, "tests", name, "bin", "Release", "net10.0", `${name}.dll`);
  const args = ["exec", assembly, "-noColor", "-noLogo", "-noAutoReporters", "-result-ctrf", report];
  if (!options.long) args.push("-trait-", "Category=Long");
  if (options.filter) args.push("-method", `*${options.filter}*`);
  const environment = options.long ? { FANFARE_LONG: "1" } : {};
  return { name, command: "dotnet", args, cwd: root, environment, read: (output, code) => readCtrf(report, code) };
}

function npmProgram(folder) {
  const name = path.relative(root, folder);
  const report = path.join(results, `${name.replaceAll(path.sep, "-")}.json`);
  const vitest = testScript(folder).includes("vitest");
  const args = ["test", "--"];
  if (vitest) {
    args.push("--reporter=default", "--reporter=json", `--outputFile.json=${report}`);
    if (options.filter) args.push("-t", options.filter, "--passWithNoTests");
  } else if (options.filter) {
    args.push(`--test-name-pattern=${options.filter}`);
  }
  const read = vitest ? (output, code) => readVitest(report, code) : readNodeTest;
  return { name, command: "npm", args, cwd: folder, environment: {}, read };
}

async function installPackage(folder) {
  const installed = path.join(folder, "node_modules", ".package-lock.json");
  const lock = path.join(folder, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) {
    return { passed: 0, failed: 0 };
  }
  const name = `${path.relative(root, folder)} (npm ci)`;
  const read = (output, code) => ({ passed: 0, failed: code === 0 ? 0 : 1, failures: [] });
  return await run({ name, command: "npm", args: ["ci", "--no-audit", "--no-fund"], cwd: folder, environment: {}, read });
}

// ---- running

async function runAll(queue, jobs) {
  const waiting = [...queue];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) add(await run(next));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

async function run(program) {
  const started = process.hrtime.bigint();
  const { output, code, why } = await execute(program);
  let outcome;
  try {
    outcome = program.read(output, code);
    if (why !== null) throw new Error(why);
    if (code !== 0 && outcome.failed === 0) throw new Error(`ended with exit code ${code} though no test failed`);
  } catch (error) {
    const counted = outcome ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
    const failure = { name: `${program.name} did not run to its end`, text: `${why ?? error.message}\n${excerpt(output)}` };
    outcome = { ...counted, failed: counted.failed + 1, failures: [...counted.failures, failure] };
  }
  const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1000;
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : "";
  const counts = `${outcome.passed} passed, ${outcome.failed} failed${skipped}`;
  console.log(`${outcome.failed === 0 ? "ok  " : "FAIL"} ${program.name}: ${counts} (${seconds.toFixed(1)} s)`);
  for (const failure of outcome.failures ?? []) {
    console.log(`\n  ✗ ${failure.name}\n${indent(failure.text)}\n`);
  }
  if (outcome.failed > 0 && (outcome.failures ?? []).length === 0) {
    console.log(indent(excerpt(output)));
  }
  return outcome;
}

function execute({ name, command, args, cwd, environment }) {
  return new Promise((resolve) => {
    const log = createWriteStream(path.join(results, `${name.replaceAll(/[^\w.-]+/g, "-")}.log`));
    // A group of its own, so that what a test program started and forgot ends with it, and nothing else does.
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...environment },
    });
    running.add(child);
    let output = "";
    let why = null;
    const keep = (chunk) => {
      log.write(chunk);
      output = (output + chunk).slice(-1_000_000);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const timer = setTimeout(() => {
      why = `still running after ${minutes} minutes; it was ended`;
      endGroup(child);
    }, minutes * 60_000);
    const done = (code, signal) => {
      clearTimeout(timer);
      endGroup(child);
      running.delete(child);
      child.stdout.destroy();
      child.stderr.destroy();
      log.end();
      if (signal && why === null) why = `ended by ${signal}`;
      resolve({ output, code: code ?? 1, why });
    };
    child.on("error", (error) => {
      why = error.message;
      done(1, null);
    });
    // After 'exit' the pipes may be held open by a forgotten grandchild: what is written is read for one more second.
    child.on("exit", (code, signal) => {
      const late = setTimeout(() => done(code, signal), 1000);
      child.on("close", () => {
        clearTimeout(late);
        done(code, signal);
      });
    });
  });
}

function endGroup(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** Both ends of an output: a crash tells its cause first, a runner sums up last. */
function excerpt(output) {
  const lines = output.trimEnd().split("\n").map((line) => (line.length > 300 ? `${line.slice(0, 300)} …` : line));
  return (lines.length > 60 ? [...lines.slice(0, 25), "…", ...lines.slice(-25)] : lines).join("\n");
}

function indent(text) {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
