const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a,b,c,d,e,f,g}from"./chunk-EXEGW5PA.js";import"./chunk-ZQ4BVZM3.js";export{a as child_process,b as crypto,c as fs,d as os,e as path,f as stream,g as util};
