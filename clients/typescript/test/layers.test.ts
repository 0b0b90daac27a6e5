import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const source = path.resolve(import.meta.dirname, "../src");

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    return entry.isDirectory() ? filesIn(name) : [name];
  });
}

const uses = new Map(
  filesIn(source).map((file) => {
    const text = readFileSync(file, "utf8");
    const names = [...text.matchAll(/(?:from|import) "([^"]+)"/g)].map((match) => match[1]!);
    return [file, names.map((name) => (name.startsWith(".") ? path.resolve(path.dirname(file), name.replace(/\.js$/, ".ts")) : name))];
  }),
);

describe("The source", () => {
  it("needs no package at run time", () => {
    expect(uses.size).toBeGreaterThan(10);
    expect([...uses.values()].flat().filter((name) => !path.isAbsolute(name))).toEqual([]);
  });

  it("has no circle of files", () => {
    const done = new Set<string>();
    const visit = (file: string, way: string[]): void => {
      if (way.includes(file)) throw new Error(`a circle: ${[...way, file].map((name) => path.relative(source, name)).join(" > ")}`);
      if (done.has(file)) return;
      for (const used of uses.get(file) ?? []) visit(used, [...way, file]);
      done.add(file);
    };
    for (const file of uses.keys()) visit(file, []);
    expect(done.size).toBe(uses.size);
  });

  it("has clients that do not know each other, above a core that knows neither", () => {
    const folderOf = (file: string): string => path.dirname(path.relative(source, file));
    for (const [file, used] of uses) {
      if (file.endsWith("index.ts")) continue;
      for (const other of used) expect([folderOf(file), "."], `${file} uses ${other}`).toContain(folderOf(other));
    }
  });
});
