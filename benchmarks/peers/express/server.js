// An event stream on express as most servers write it: every reader's response is kept and written to.
// The paths are those of the `bench` profile of tests/ConformanceHost.
// Usage: node server.js PORT
import express from "express";

const port = Number(process.argv[2]);
if (!Number.isInteger(port)) {
  console.error("usage: node server.js PORT");
  process.exit(2);
}

const app = express();
const readers = new Set();

app.get("/healthz", (request, response) => response.sendStatus(200));

app.get("/events", (request, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write(`event: connected\ndata: ${JSON.stringify({ time: Date.now() })}\n\n`);
  readers.add(response);
  request.on("close", () => readers.delete(response));
});

app.post("/pub", express.text(), (request, response) => {
  const event = `event: update\ndata: ${JSON.stringify({ content: request.body })}\n\n`;
  for (const reader of readers) reader.write(event);
  response.status(204).end();
});

process.on("SIGTERM", () => process.exit(0));
app.listen({ port, host: "127.0.0.1", backlog: 4096 });
