const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function l(r=3e4){let e=Math.floor(r/2),t="",n="",s=0;return{push(c){s+=c.length;let i=Math.max(0,e-t.length);t+=c.slice(0,i),n+=c.slice(i),n.length>4*r&&(n=n.slice(-e))},text(){if(s<=2*e)return o(t+n);let c=s-2*e;return`${o(t)}
[\u2026 ${c} characters cut \u2026]
${o(n.slice(-e))}`}}}function p(r,e){let t=l(e);return t.push(r),t.text()}function u(r,e){let t=r.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu," ").trim();return o(t.length<=e?t:`${t.slice(0,e-1)}\u2026`)}function o(r){return r.replaceAll("\0","\uFFFD").toWellFormed()}export{l as a,p as b,u as c};
