const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a as t}from"./chunk-67QPD4ES.js";function l(a,p,i,d,o,e={}){let n=e.related?.map(r=>({message:r.message,...t(a,r.span)}));return{code:i,severity:d,message:o,...t(a,p),...e.help===void 0?{}:{help:e.help},...n===void 0||n.length===0?{}:{related:n}}}export{l as a};
