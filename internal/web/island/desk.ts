// One key for each decision at the screening desk. Without script the same buttons have access keys, and everything can be
// clicked; what is saved goes through the same form.

const desk = document.querySelector<HTMLFormElement>("form.decide");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target;
  // What is typed into a field is no decision; a radio button is left with the keys that it does not use itself.
  if (at instanceof HTMLElement && (at.isContentEditable || at.matches("textarea, select, input:not([type=radio], [type=checkbox])"))) return;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) {
    const reason = desk?.querySelectorAll<HTMLInputElement>("input[name=reason]")[Number(key) - 1];
    if (reason) {
      reason.checked = true;
      reason.focus();
      event.preventDefault();
    }
    return;
  }
  if (!/^[a-z]$/.test(key)) return;
  const target = document.querySelector<HTMLElement>(`main [accesskey="${key}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});
