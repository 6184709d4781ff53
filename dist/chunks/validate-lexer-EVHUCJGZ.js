const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{f as a,g as b,h as c}from"./validate-chunk-YRYG3DYK.js";import"./validate-chunk-W7CWJ4QB.js";export{c as Lexer,a as TokenType,b as tokenString};
