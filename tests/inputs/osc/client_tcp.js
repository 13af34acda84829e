// Sets the temperature over TCP, by SLIP as osc.js does, and prints what is answered.
const osc = require("osc");

const port = new osc.TCPSocketPort({ address: "127.0.0.1", port: Number(process.argv[2]) });

port.on("message", (message) => {
    console.log(JSON.stringify([message.address, message.args]));
    port.close();
});
port.on("error", (error) => { console.error(error); process.exit(1); });
port.on("ready", () => {
    port.send({ address: "/distill/temperature", args: [0.75] });
    port.send({ address: "/distill/get", args: ["temperature"] });
});
port.open("127.0.0.1", Number(process.argv[2]));
