const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function r(n,e){let[o="",t=""]=new Date(n.now()).toISOString().split("T");return`${o.replaceAll("-","")}-${t.slice(0,8).replaceAll(":","")}-${e.hex(3)}`}function i(n){return/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(n)&&!n.includes("..")&&!n.endsWith(".")&&!n.endsWith(".lock")}export{r as a,i as b};
