var c=document.querySelector("form.move"),s=document.querySelector("ul.codes");if(c&&s){let a=document.createElement("p");a.className="hidden",a.setAttribute("role","status"),c.after(a);let o=document.
createElement("p");o.className="root",o.textContent="Drop here to put it at the root",o.hidden=!0,s.before(o);let n,r=e=>e.target instanceof Element?e.target.closest("li[data-code]")??void 0:void 0,f=e=>e.
querySelector("a.code")?.textContent??"",d=e=>{n?.classList.remove("taken"),n=e,n?.classList.add("taken"),o.hidden=!n},u=e=>{if(!n)return;let t=i=>c.elements.namedItem(i);t("code").value=n.dataset.code??
"",t("below").value=e,c.requestSubmit()},l=e=>!!e&&!!n&&!n.contains(e);for(let e of s.querySelectorAll("li[data-code]"))e.draggable=!0;s.addEventListener("dragstart",e=>{d(r(e)),e.dataTransfer?.setData(
"text/plain",n?.dataset.code??"")});for(let e of[s,o])e.addEventListener("dragover",t=>{(e===o||l(r(t)))&&t.preventDefault(),s.querySelector(".over")?.classList.remove("over"),l(r(t))&&r(t).classList.
add("over")}),e.addEventListener("drop",t=>{t.preventDefault(),e===o?u(""):l(r(t))&&u(r(t).dataset.code??"")});s.addEventListener("dragend",()=>{s.querySelector(".over")?.classList.remove("over"),d(void 0)}),
document.addEventListener("keydown",e=>{if(e.key==="Escape"&&n){a.textContent=`${f(n)} stays where it is.`,d(void 0);return}if(!(e.ctrlKey||e.metaKey)||e.altKey)return;let t=r(e),i=e.key.toLowerCase();
i==="x"&&t&&getSelection()?.isCollapsed!==!1?(e.preventDefault(),d(t),a.textContent=`${f(t)} is taken up. Go to another code and press Control V to put it below that one.`):i==="v"&&n&&(e.shiftKey||l(
t))&&(e.preventDefault(),u(e.shiftKey?"":t?.dataset.code??""))})}
