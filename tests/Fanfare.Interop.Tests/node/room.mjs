// Many clients in one room, some by polling, with one of them publishing: all get all, in order.
import { io } from "socket.io-client";
import { args, next, say, url } from "./steps.mjs";

const [clients, messages] = args.map(Number);
const members = [];
for (let index = 0; index < clients; index++) {
  const socket = io(url, { transports: [index % 10 === 0 ? "polling" : "websocket"], forceNew: true });
  const member = { socket, received: [] };
  member.done = new Promise((resolve) => socket.on("said", (number) => {
    member.received.push(number);
    if (member.received.length >= messages) resolve();
  }));
  members.push(member);
  // A few at a time, so that a loaded machine does not run into the clients' own connect timeout.
  if (index % 20 === 19) await Promise.all(members.slice(-20).map((each) => each.socket.emitWithAck("join")));
}
await Promise.all(members.map((member) => member.socket.emitWithAck("join")));
for (let number = 0; number < messages; number++) members[0].socket.emit("say", number);
await Promise.all(members.map((member) => member.done));
// Whatever came twice would be here before the answers to these.
await Promise.all(members.map((member) => member.socket.emitWithAck("join")));
say("received", { lists: members.map((member) => member.received) });
for (const member of members) member.socket.disconnect();
