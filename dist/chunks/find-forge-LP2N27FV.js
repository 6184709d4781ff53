const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{b as a}from"./chunk-5YCHC6ZY.js";import"./chunk-ZQ4BVZM3.js";export{a as findForge};
