var c=document.querySelector("form.form"),s=o=>c?.querySelector(`[name="${o}"]`)??null,a=["left","top","width","height"],u=class extends HTMLElement{rect=document.createElementNS("http://www.w3.org/20\
00/svg","rect");from;connectedCallback(){let t=this.querySelector("svg");if(!(!t||!c||!s("left"))){this.rect.setAttribute("class","drawn"),t.append(this.rect),this.tabIndex=0,this.setAttribute("role",
"application"),this.setAttribute("aria-label","Picture. The arrow keys move the part, with Shift they size it, Enter goes on to the form."),this.addEventListener("pointerdown",e=>this.begin(e)),this.addEventListener(
"pointermove",e=>this.draw(e)),this.addEventListener("pointerup",e=>this.end(e)),this.addEventListener("pointercancel",()=>this.from=void 0),this.addEventListener("dragstart",e=>e.preventDefault()),this.
addEventListener("keydown",e=>this.key(e));for(let e of a)s(e)?.addEventListener("input",()=>this.show());this.show()}}at(t){let e=this.querySelector("img").getBoundingClientRect(),i=(r,n)=>Math.min(100,
Math.max(0,r/n*100));return{x:i(t.clientX-e.left,e.width),y:i(t.clientY-e.top,e.height)}}begin(t){t.button!==0||t.target instanceof Element&&t.target.closest("a")||(this.from=this.at(t),this.setPointerCapture(
t.pointerId))}draw(t){if(!this.from)return;let e=this.at(t);this.set({left:Math.min(this.from.x,e.x),top:Math.min(this.from.y,e.y),width:Math.abs(e.x-this.from.x),height:Math.abs(e.y-this.from.y)})}end(t){
if(!this.from)return;this.draw(t);let e=this.box();this.from=void 0,e&&e.width>.5&&e.height>.5&&s("says")?.focus({preventScroll:!0}),c?.querySelector("[name=says]")?.scrollIntoView({block:"nearest"})}key(t){
if(t.target!==this||t.ctrlKey||t.metaKey||t.altKey)return;let e=this.box()??{left:40,top:40,width:20,height:20},i=2,n={ArrowLeft:[-i,0],ArrowRight:[i,0],ArrowUp:[0,-i],ArrowDown:[0,i]}[t.key];n?(t.preventDefault(),
t.shiftKey?(e.width+=n[0],e.height+=n[1]):(e.left+=n[0],e.top+=n[1]),this.set(e)):t.key==="Enter"&&(t.preventDefault(),this.set(e),s("says")?.focus())}box(){let[t,e,i,r]=a.map(n=>parseFloat((s(n)?.value??
"").replace(",",".")));if([t,e,i,r].every(n=>Number.isFinite(n)))return{left:t,top:e,width:i,height:r}}set(t){let e=(i,r,n)=>Math.min(n,Math.max(r,i));t.width=e(t.width,1,100),t.height=e(t.height,1,100),
t.left=e(t.left,0,100-t.width),t.top=e(t.top,0,100-t.height);for(let i of a){let r=s(i);r&&(r.value=t[i].toFixed(1))}this.show()}show(){let t=this.box(),e=Number(this.dataset.width)/100,i=Number(this.
dataset.height)/100;this.rect.setAttribute("x",String((t?.left??0)*e)),this.rect.setAttribute("y",String((t?.top??0)*i)),this.rect.setAttribute("width",String((t?.width??0)*e)),this.rect.setAttribute(
"height",String((t?.height??0)*i))}};customElements.define("part-canvas",u);function l(o){let t=Math.round(o*10)/10,e=Math.floor(t/3600),i=Math.floor(t%3600/60),r=(t%60).toFixed(1).replace(/\.0$/,""),
n=h=>h.split(".")[0].length<2?"0"+h:h;return e>0?`${e}:${n(String(i))}:${n(r)}`:`${i}:${n(r)}`}var d=document.querySelector(".player audio, .player video");for(let o of["from","until"]){let t=s(o);if(!d||
!t)continue;let e=document.createElement("button");e.type="button",e.className="quiet",e.textContent=o==="from"?"From where it plays now":"Up to where it plays now",e.addEventListener("click",()=>t.value=
l(d.currentTime)),t.after(e)}
