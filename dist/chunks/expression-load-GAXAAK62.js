const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a}from"./chunk-B5KNZKV6.js";import"./chunk-J3SL5FYL.js";import"./chunk-UCO2HX34.js";import"./chunk-WOKNBE2F.js";import"./chunk-5VW7AWTO.js";import"./chunk-BIZQEON3.js";import"./chunk-77T6JFK5.js";import"./chunk-ZQ4BVZM3.js";export{a as loadExpressions};
