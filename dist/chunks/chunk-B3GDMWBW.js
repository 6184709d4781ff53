const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function i(){let s=new Set,r=0,n=0;return{enter(){r+=1,n+=1;let e=!1;return()=>{e||(r-=1),e=!0}},watch(){let e=n,t=r>0;return()=>t||n!==e},published:(e,t)=>{s.add(`${e} ${t}`)},isOurs:(e,t)=>s.has(`${e} ${t}`)}}export{i as a};
