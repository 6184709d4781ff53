const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var e=process.getBuiltinModule("node:os").availableParallelism;var o=process.getBuiltinModule("node:os").hostname;var t=process.getBuiltinModule("node:os").tmpdir;var s=process.getBuiltinModule("node:os").constants;export{e as a,o as b,t as c,s as d};
