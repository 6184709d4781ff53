const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a,b,c,d,e,f,g,h,i}from"./validate-chunk-W7CWJ4QB.js";export{b as Array,c as BooleanData,d as Dictionary,a as Kind,e as Null,f as NumberData,g as StringData,h as replacer,i as reviver};
