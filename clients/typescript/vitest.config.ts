import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Nothing here waits for a duration: these are bounds that fail loudly on a stuck machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
