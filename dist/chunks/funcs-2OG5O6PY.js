const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{f as a,g as b}from"./chunk-M5LK5YEZ.js";import"./chunk-B3OYVBED.js";import"./chunk-K2PDO47R.js";import"./chunk-ZQ4BVZM3.js";export{b as validateFunction,a as wellKnownFunctions};
