const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
function t(e){return{choice:{type:"integer",enum:typeof e=="number"?Array.from({length:e},(r,n)=>n+1):[...e],description:"The number of the contestant whose work is best"},reason:{type:"string",description:"Why, in one or two sentences"}}}export{t as a};
