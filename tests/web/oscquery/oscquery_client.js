// What the npm package oscquery reads of the server on a port of this machine, as JSON.
const { OSCQueryDiscovery } = require("oscquery");

const port = Number(process.argv[2]);
new OSCQueryDiscovery().queryNewService("127.0.0.1", port).then((service) => {
  const gain = service.resolvePath("/distill/gain").serialize();
  console.log(JSON.stringify({ host: service.hostInfo, methods: service.flat(), gain }));
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
