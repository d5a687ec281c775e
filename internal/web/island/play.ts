// A time in a transcript plays its recording from there, in the player of the page. Without this script the link opens the
// recording at that time.

const player = document.querySelector<HTMLMediaElement>(".player audio, .player video");

document.addEventListener("click", (e) => {
  const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>("a.at") : null;
  const time = /#t=([\d.]+)/.exec(link?.hash ?? "");
  if (!player || !link || !time || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  player.currentTime = Number(time[1]);
  void player.play();
});

export {}; // a module of its own
