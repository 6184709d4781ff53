const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{f as a,g as b,h as c}from"./chunk-B3OYVBED.js";import"./chunk-K2PDO47R.js";export{c as Lexer,a as TokenType,b as tokenString};
