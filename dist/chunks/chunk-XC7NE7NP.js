const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var e=["inputs","env","matrix","run","git","github","secrets","steps"],n={run:["id","attempt","pipeline"],git:["sha","branch","base"],step:["status","outputs","exit_code","commit","cost_usd"]},t=["passed","failed","skipped","cancelled","waiting","pending"];export{e as a,n as b,t as c};
