var d=document.querySelector("form.move"),s=document.querySelector("ul.codes");if(d&&s){let l=document.createElement("p");l.className="hidden",l.setAttribute("role","status"),d.after(l);let r=document.
createElement("p");r.className="root",r.textContent="Drop here to put it at the root",r.hidden=!0,s.after(r);let o,c=e=>e.target instanceof Element?e.target.closest("li[data-code]")??void 0:void 0,v=e=>e.
querySelector("a.code")?.textContent??"",i=e=>{o?.classList.remove("taken"),o=e,o?.classList.add("taken"),r.hidden=!o},m=(e,t)=>{o&&(u("code",o.dataset.code??""),u("below",e),u("how",t),d.requestSubmit())},
u=(e,t)=>{d.elements.namedItem(e).value=t},f=e=>!!e&&!!o&&!o.contains(e);for(let e of s.querySelectorAll("li[data-code]"))e.draggable=!0;s.addEventListener("dragstart",e=>{i(c(e)),e.dataTransfer?.setData(
"text/plain",o?.dataset.code??"")});let E=(e,t)=>{let n=e.getBoundingClientRect(),a=e.querySelector("ul"),p=(t-n.top)/((a?.getBoundingClientRect().top??n.bottom)-n.top);return p<.25?"before":p>.75&&!a?
"after":"below"},L=()=>{for(let e of s.querySelectorAll(".over, .before, .after"))e.classList.remove("over","before","after")};for(let e of[s,r])e.addEventListener("dragover",t=>{let n=c(t);if((e===r||
f(n))&&t.preventDefault(),L(),!f(n))return;let a=E(n,t.clientY);n.classList.add(a==="below"?"over":a)}),e.addEventListener("drop",t=>{t.preventDefault();let n=c(t);e===r?m("","below"):f(n)&&m(n.dataset.
code??"",E(n,t.clientY))});s.addEventListener("dragend",()=>{L(),i(void 0)}),document.addEventListener("keydown",e=>{if(e.key==="Escape"&&o){l.textContent=`${v(o)} stays where it is.`,i(void 0);return}
let t=c(e),n=e.key==="ArrowUp"?"up":e.key==="ArrowDown"?"down":"";if(t&&n&&e.altKey&&!e.ctrlKey&&!e.metaKey){e.preventDefault(),u("code",t.dataset.code??""),d.requestSubmit(d.querySelector(`button[val\
ue=${n}]`));return}if(!(e.ctrlKey||e.metaKey)||e.altKey)return;let a=e.key.toLowerCase();a==="x"&&t&&getSelection()?.isCollapsed!==!1?(e.preventDefault(),i(t),l.textContent=`${v(t)} is taken up. Go to\
 another code and press Control V to put it below that one.`):a==="v"&&o&&(e.shiftKey||f(t))&&(e.preventDefault(),m(e.shiftKey?"":t?.dataset.code??"","below"))}),new URLSearchParams(location.search).has(
"moved")&&addEventListener("load",()=>document.getElementById(location.hash.slice(1))?.querySelector("a.code")?.focus())}
