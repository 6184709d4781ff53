const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var t=(...e)=>process.getBuiltinModule("node:util").styleText(...e);var o=process.getBuiltinModule("node:util").promisify,s=(...e)=>process.getBuiltinModule("node:util").stripVTControlCharacters(...e);export{t as a,o as b,s as c};
