const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a}from"./chunk-BSTHQQHE.js";import"./chunk-AFMNHHY6.js";import"./chunk-3CR362BF.js";import"./chunk-J3SL5FYL.js";import"./chunk-C6WU3AYH.js";import"./chunk-5BHUVSZ2.js";import"./chunk-ZQ4BVZM3.js";export{a as openToolServer};
