const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var e=process.getBuiltinModule("node:string_decoder").StringDecoder;export{e as a};
