const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function r(e){return{ok:!0,value:e}}function o(e){return{ok:!1,error:e}}export{r as a,o as b};
