const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a}from"./chunk-NADRO37V.js";import"./chunk-4NNL43D2.js";import"./chunk-5BHUVSZ2.js";import"./chunk-3UQG5XBJ.js";import"./chunk-ZQ4BVZM3.js";export{a as createState};
