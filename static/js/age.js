// Lengths of time that grow while a page is open, in the words of the server: "2 h 14 min".
const UNITS = [["d", 1440], ["h", 60], ["min", 1]];

function words(minutes) {
  const said = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(minutes / size);
    minutes -= count * size;
    if (count) said.push(`${count} ${unit}`);
  }
  return said.join(" ") || "less than 1 min";
}

setInterval(() => {
  for (const place of document.querySelectorAll("[data-age-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(place.dataset.ageSince)) / 60000);
    const about = place.textContent.startsWith("about ") ? "about " : "";
    place.textContent = about + words(Math.max(0, minutes));
  }
}, 10000);
