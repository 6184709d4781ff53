const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{c as a,d as b}from"./chunk-CVQ52VIM.js";import"./chunk-5YCHC6ZY.js";import"./chunk-J3SL5FYL.js";import"./chunk-BIZQEON3.js";import"./chunk-ZQ4BVZM3.js";export{b as issueOf,a as openForge};
