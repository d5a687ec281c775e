var t=document.querySelector(".player audio, .player video");document.addEventListener("click",e=>{let n=e.target instanceof Element?e.target.closest("a.at"):null,r=/#t=([\d.]+)/.exec(n?.hash??"");!t||
!n||!r||e.ctrlKey||e.metaKey||e.shiftKey||(e.preventDefault(),t.currentTime=Number(r[1]),t.play())});
