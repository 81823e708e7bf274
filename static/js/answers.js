// Asks the server about the run of this page. What does not name this run is no answer, whatever its
// status: a proxy, or the sign-in page of a network, may say 200 as well.
const WAIT = 15_000;

export const run = location.pathname.match(/\/runs\/(\d+)\//)?.[1];
export const me = document.body.dataset.person ?? "";

// kind: "answer", "signed_out", "other_person", "foreign" (somebody else answered), "none" (nobody did).
export async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(WAIT) });
  } catch {
    return { kind: "none" };
  }
  if (response.headers.get("X-Countersign-Run") !== run) return { kind: response.status < 500 ? "foreign" : "none" };
  if (response.status === 401) return { kind: "signed_out" };
  if (response.headers.get("X-Countersign-Person") !== me) return { kind: "other_person" };
  if (response.status >= 500) return { kind: "none" };
  return { kind: "answer", response };
}
