const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function l(r,n,y){let t=new Map(r.map(e=>[o(e),e]));for(let e of n)if(t.delete(o(e)),e.op==="store"){let{op:s,...a}=e;t.set(o(e),a)}return[...t.values()].filter(({expiresAt:e})=>e===null||e>y)}function o({key:r,owner:n}){return JSON.stringify([n,r])}export{l as a};
