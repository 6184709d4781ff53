const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{f as i}from"./chunk-7HGVC2WP.js";import"./chunk-5BHUVSZ2.js";import"./chunk-3UQG5XBJ.js";import"./chunk-ZQ4BVZM3.js";async function p(r,n,t){if(t.length===0)return new Set;let e=["cat-file","--batch-check=%(objecttype)"],s=await r.run({args:e,cwd:n.commonDir,env:{GIT_DIR:n.commonDir},input:t.map(o=>`${o}
`).join("")}),c=i(s,e).toString("latin1").split(`
`);return new Set(t.filter((o,a)=>c[a]!=="commit"))}export{p as lostCommits};
