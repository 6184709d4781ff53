const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var t=(...e)=>process.getBuiltinModule("node:crypto").createHash(...e);var o=(...e)=>process.getBuiltinModule("node:crypto").randomBytes(...e);var r=(...e)=>process.getBuiltinModule("node:crypto").timingSafeEqual(...e);export{t as a,o as b,r as c};
