// The camera beside the reception's field, where the browser reads bar codes by itself.
const form = document.getElementById("scan");
const field = form.elements.code;
const start = form.querySelector("[data-camera]");
const view = form.querySelector("[data-view]");
const video = view.querySelector("video");
const denied = form.querySelector("[data-denied]");
const FORMATS = ["code_128", "code_39", "data_matrix", "qr_code", "ean_13", "itf"];

let camera = null;

async function formats() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return [];
  const known = await window.BarcodeDetector.getSupportedFormats();
  return FORMATS.filter((format) => known.includes(format));
}

function stop() {
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = null;
  view.hidden = true;
}

async function look(detector) {
  if (!camera) return;
  const found = video.readyState >= video.HAVE_CURRENT_DATA ? await detector.detect(video).catch(() => []) : [];
  if (camera && found.length) {
    stop();
    field.value = found[0].rawValue;
    form.requestSubmit();
    return;
  }
  requestAnimationFrame(() => look(detector));
}

const readable = await formats();
if (readable.length) {
  start.hidden = false;
  form.querySelector("[data-no-camera]").hidden = true;
  start.addEventListener("click", async () => {
    denied.hidden = true;
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      denied.hidden = false;
      return;
    }
    video.srcObject = camera;
    view.hidden = false;
    await video.play();
    look(new window.BarcodeDetector({ formats: readable }));
  });
  view.querySelector("[data-stop]").addEventListener("click", stop);
  addEventListener("pagehide", stop);
}
