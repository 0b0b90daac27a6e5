// Readers of what the test runners write: each gives { passed, failed, skipped, failures: [{ name, text }] } or throws.
import { readFileSync } from "node:fs";

/** xunit.v3's CTRF report. Errors outside a test (a fixture that could not end) count as failures. */
export function readCtrf(file, code) {
  const { summary, tests, extra } = readReport(file, code).results;
  const failures = tests
    .filter((test) => test.status === "failed")
    .map((test) => ({ name: test.name, text: [test.message, test.trace, ...(test.stdout ?? [])].filter(Boolean).join("\n") }));
  const errors = (extra?.suites ?? []).flatMap((suite) => suite.errors ?? []);
  for (const error of errors) {
    failures.push({ name: error.name ?? "outside a test", text: [error.message, error.trace].filter(Boolean).join("\n") });
  }
  return {
    passed: summary.passed,
    failed: summary.failed + summary.other + errors.length,
    skipped: summary.skipped + summary.pending,
    failures,
  };
}

/** Vitest's JSON report. A test file that could not be loaded has no tests, but a status of its own. */
export function readVitest(file, code) {
  const report = readReport(file, code);
  const failures = [];
  for (const suite of report.testResults) {
    const failed = suite.assertionResults.filter((test) => test.status === "failed");
    for (const test of failed) failures.push({ name: test.fullName, text: test.failureMessages.join("\n") });
    if (suite.status === "failed" && failed.length === 0) failures.push({ name: suite.name, text: suite.message });
  }
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests, failures.length),
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    failures,
  };
}

/** The closing lines of Node's own test runner. */
export function readNodeTest(output) {
  const count = (name) => {
    const found = [...output.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "gm"))];
    if (found.length === 0) throw new Error(`no line that counts '${name}'`);
    return found.reduce((sum, match) => sum + Number(match[1]), 0);
  };
  return { passed: count("pass"), failed: count("fail") + count("cancelled"), skipped: count("skipped"), failures: [] };
}

function readReport(file, code) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Error(`it left no result (exit code ${code})`);
  }
}
