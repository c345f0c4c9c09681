// A page as clients of the original backend are: on another port, without a key, knowing one channel and the
// wire shapes of that backend only. Each of `client`'s functions is one of its calls.

const API = new URLSearchParams(location.search).get("api");
const REST = `${API}/api/v1`;
const heard = []; // what came over the WebSocket, of the one type that these clients know
const socket = { state: "connecting", code: null };

async function call(method, path, body) {
  const json = body === undefined ? {} : {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`${REST}${path}`, { method, ...json });
  return { status: answer.status, body: await answer.json() };
}

const client = {
  list: (skip, limit) => call("GET", `/ocorrencias?skip=${skip}&limit=${limit}`),
  count: () => call("GET", "/ocorrencias/count"),
  create: (form) => call("POST", "/ocorrencias", form),
  edit: (id, form) => call("PATCH", `/ocorrencias/${id}`, form),
  remove: (id) => call("DELETE", `/ocorrencias/${id}`),
  start: (form) => call("POST", "/streams/start", form),
  stop: () => call("POST", "/streams/stop"),
  cleanup: () => call("POST", "/streams/cleanup"),
  status: () => call("GET", "/streams/status"),
  devices: () => call("GET", "/streams/devices"),
  diskUsage: (path) => call("GET", `/admin/disk-usage?path=${encodeURIComponent(path)}`),
  storage: () => call("GET", "/admin/storage-config"),
  saveStorage: (form) => call("POST", "/admin/storage-config", form),
  syncClips: () => call("POST", "/admin/sync-clips"),
  analysis: (job) => call("GET", `/analysis/${job}`),
  docs: () => call("GET", "/docs/list"),
  doc: (folder, name) => call("GET", `/docs/file?folder=${folder}&name=${encodeURIComponent(name)}`),

  async exported() {
    const answer = await fetch(`${REST}/ocorrencias/export`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      disposition: answer.headers.get("content-disposition"),
      mark: [...bytes.slice(0, 3)],
      text: new TextDecoder().decode(bytes),
    };
  },

  async upload() {
    const answer = await fetch(`${REST}/analysis/upload`, {
      method: "POST",
      body: new FormData(document.getElementById("upload")),
    });
    return { status: answer.status, body: await answer.json() };
  },

  // `clip_path` is a file name or an address below the API.
  show(clipPath) {
    const video = document.getElementById("clip");
    video.src = clipPath.startsWith("/") ? `${API}${clipPath}` : `${API}/clips/${clipPath}`;
    video.muted = true;
    return video.play().then(() => "playing", (error) => String(error));
  },

  async draw() {
    const { body } = await client.list(0, 100);
    document.getElementById("rows").replaceChildren(...body.map((each) => {
      const row = document.createElement("tr");
      const when = new Date(each.start_ts).toLocaleString("pt-BR");
      for (const words of [each.id, when, each.category, each.type, each.severity, each.duration_s.toFixed(1)]) {
        row.insertCell().textContent = words;
      }
      return row;
    }));
    return body.length;
  },
};

const ws = new WebSocket(`${API.replace(/^http/, "ws")}/ws/ocorrencias`);
ws.onopen = () => {
  socket.state = "open";
  ws.send("olá"); // these clients say something now and then, to keep the connection
};
ws.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type !== "nova_ocorrencia") return;
  heard.push(message);
  const item = document.createElement("li");
  item.textContent = `${message.data.type} ${message.data.severity}`;
  document.getElementById("heard").append(item);
};
ws.onclose = ({ code }) => {
  socket.state = "closed";
  socket.code = code;
};
