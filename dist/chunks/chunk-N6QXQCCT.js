const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a as t}from"./chunk-PWSWGRKD.js";function n(r){let i=new t("utf8"),o=e=>{e!==""&&r(e)};return{push:e=>o(i.write(e)),end:()=>o(i.end())}}export{n as a};
