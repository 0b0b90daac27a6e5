import { expect, it } from "vitest";

it("The built package is found by its name and has no other run-time needs", async () => {
  const built = (await import("fanfare-client" as string)) as Record<string, unknown>;
  expect(Object.keys(built).sort()).toEqual(["EventStreamClient", "EventStreamParser", "FanfareClient", "FanfareError", "RoomsClient"]);
});
