const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a}from"./chunk-BN7AHX74.js";import"./chunk-OXVXX5RS.js";import"./chunk-ZQ4BVZM3.js";export{a as default};
