// The official client against a server that runs the README's program: two clients join a room, one speaks, both hear it.
// Arguments: the server's address. Ends with exit code 0 and the line "heard" when all went as the README says.
import { io } from "socket.io-client";

const url = `${process.argv[2]}/chat`;
const giveUp = setTimeout(() => fail("nothing within 20 s"), 20_000);

function fail(why) {
  console.error(why);
  process.exit(1);
}

async function join(transports) {
  const socket = io(url, { forceNew: true, transports });
  socket.on("connect_error", (error) => fail(`connect_error: ${error.message}`));
  const rooms = await socket.timeout(10_000).emitWithAck("join", "lobby");
  if (rooms !== 2) fail(`joined, and the ack said ${JSON.stringify(rooms)}`);
  return socket;
}

const clients = [await join(["polling", "websocket"]), await join(["websocket"])];
const heard = clients.map((socket) => new Promise((resolve) => socket.once("message", resolve)));
clients[0].emit("message", { room: "lobby", text: "grüß dich 😀" });
for (const message of await Promise.all(heard)) {
  if (message.room !== "lobby" || message.text !== "grüß dich 😀") fail(`heard ${JSON.stringify(message)}`);
}

clearTimeout(giveUp);
for (const socket of clients) socket.disconnect();
console.log("heard");
