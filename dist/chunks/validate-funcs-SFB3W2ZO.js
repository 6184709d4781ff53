const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{f as a,g as b}from"./validate-chunk-BWUX3PCU.js";import"./validate-chunk-YRYG3DYK.js";import"./validate-chunk-W7CWJ4QB.js";export{b as validateFunction,a as wellKnownFunctions};
