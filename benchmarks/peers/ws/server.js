// Rooms on Node's `ws` as most servers write them: one JSON.stringify, then `send` to each member. Compression is off by default.
// The messages are those of /ws in the `bench` profile of tests/ConformanceHost.
// Usage: node server.js PORT
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const port = Number(process.argv[2]);
if (!Number.isInteger(port)) {
  console.error("usage: node server.js PORT");
  process.exit(2);
}

const http = createServer((request, response) => {
  response.statusCode = request.url === "/healthz" ? 200 : 404;
  response.end();
});
const rooms = new Map();
let clients = 0;

new WebSocketServer({ server: http, path: "/ws" }).on("connection", (socket) => {
  const joined = new Set();
  const send = (frame) => socket.send(JSON.stringify(frame));
  send({ type: "connected", clientId: `p${++clients}` });

  socket.on("message", (data) => {
    const { type, room, roomId, content, args, ref } = JSON.parse(data);
    if (type === "join") {
      if (!rooms.has(room)) rooms.set(room, new Set());
      rooms.get(room).add(socket);
      joined.add(room);
      send({ type: "joined", room, ref });
    } else if (type === "message") {
      const frame = JSON.stringify({ type: "message", roomId, content });
      for (const member of rooms.get(roomId) ?? []) member.send(frame);
    } else if (type === "echo") {
      send({ type: "ack", ref, data: args[0] });
    }
  });
  socket.on("error", () => {}); // A reset by the peer; "close" follows.
  socket.on("close", () => {
    for (const room of joined) {
      const members = rooms.get(room);
      members.delete(socket);
      if (members.size === 0) rooms.delete(room);
    }
  });
});

process.on("SIGTERM", () => process.exit(0));
http.listen({ port, host: "127.0.0.1", backlog: 4096 });
