// Node's socket.io as its users run it for speed: WebSocket only, the default `ws` engine, compression off.
// The events are those of the `bench` profile of tests/ConformanceHost.
// Usage: node server.js PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const port = Number(process.argv[2]);
if (!Number.isInteger(port)) {
  console.error("usage: node server.js PORT");
  process.exit(2);
}

const http = createServer((request, response) => {
  response.statusCode = request.url === "/healthz" ? 200 : 404;
  response.end();
});
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
});

io.on("connection", (socket) => {
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("message", ({ roomId, content }) => {
    io.to(roomId).emit("message", { roomId, content });
  });
  socket.on("echo", (value, ack) => ack(value));
});

process.on("SIGTERM", () => process.exit(0));
http.listen({ port, host: "127.0.0.1", backlog: 4096 });
