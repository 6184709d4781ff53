const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a}from"./chunk-CXAWHKUB.js";import"./chunk-BIZQEON3.js";import"./chunk-ZQ4BVZM3.js";export{a as EXECUTORS};
