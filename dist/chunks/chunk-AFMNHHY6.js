const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function e(o){return{output:o,isError:!1}}function r(o){return{output:o,isError:!0}}export{e as a,r as b};
